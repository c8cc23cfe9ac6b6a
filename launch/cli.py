"""The command line: up, serve, migrate, demo, demo-company, day-end, reset."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from launch.bank_folder import DEFAULT, BankFolder
from launch.provision.problems import EXIT_CODE, SetUpProblem
from launch.provision.progress import Step


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what a person can mend is said in one sentence, with exit code 2."""
    options = _parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    try:
        return options.run(options)
    except SetUpProblem as problem:
        print(problem, file=sys.stderr)
        return EXIT_CODE
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="huitong", description="Huitong 汇通: open core banking")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start the whole bank 启动全行")
    up.add_argument("--port", type=int, default=8000)
    up.add_argument("--host", default="127.0.0.1")
    up.add_argument("--data", type=Path, default=DEFAULT, metavar="DIR", help="the folder of the bank (default: data)")
    up.add_argument("--distributed", action="store_true", help="one process per service, on RabbitMQ")
    up.add_argument("--business-date", type=date.fromisoformat, default=None, metavar="DATE", help="first business date of a new demo bank")
    up.add_argument("--national-peer", action="store_true", help="with a simulated front end of the central bank 电子联行")
    up.set_defaults(run=_up)
    serve = commands.add_parser("serve", help="run one application on the settings of the environment")
    serve.add_argument("name")
    serve.set_defaults(run=_serve)
    commands.add_parser("migrate", help="bring the database to the newest revision").set_defaults(run=_migrate)
    demo = commands.add_parser("demo", help="load the demo bank into running services")
    demo.add_argument("--business-date", type=date.fromisoformat, default=None, metavar="DATE")
    demo.set_defaults(run=_demo)
    company = commands.add_parser("demo-company", help="a company that may sign on to the reconciliation portal 银企对账演示客户")
    company.add_argument("--url", default="http://127.0.0.1:8000")
    company.set_defaults(run=_demo_company)
    day_end = commands.add_parser("day-end", help="run a day end and show its progress 日终")
    day_end.add_argument("--url", default="http://127.0.0.1:8000")
    day_end.add_argument("--teller", default="S0009")
    day_end.add_argument("--through", type=date.fromisoformat, default=None, metavar="DATE")
    day_end.add_argument("--force-close", action="store_true", help="first balance tellers and close outlets that are still open")
    day_end.set_defaults(run=_day_end)
    bench = commands.add_parser("bench", help="measure: postings, netting, journal", add_help=False)
    bench.add_argument("arguments", nargs=argparse.REMAINDER)
    bench.set_defaults(run=_bench)
    reset = commands.add_parser("reset", help="remove one bank's data 清除数据")
    reset.add_argument("--data", type=Path, default=DEFAULT, metavar="DIR")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    reset.set_defaults(run=_reset)
    return parser


def _up(options: argparse.Namespace) -> int:
    from launch.demo import BUSINESS_DATE
    from launch.distributed import run_distributed
    from launch.one_process import BankDatabase, UpOptions, run_bank
    from launch.provision.ports import require_free
    from launch.signals import until_signalled

    require_free(options.port)
    folder = BankFolder(options.data)
    secrets = folder.open()
    chosen = UpOptions(folder, options.port, options.host, options.business_date or BUSINESS_DATE, options.national_peer)
    database = BankDatabase(folder, secrets)
    with Step("Bank") as step:
        step.update("database")
        database.start()

        def ready() -> None:
            step.done("open for business 开门营业")
            print(welcome(options.port), flush=True)

        run = run_distributed if options.distributed else run_bank
        try:
            return until_signalled(lambda stop: run(chosen, secrets, database, stop, step.update, ready))
        finally:
            database.stop()


def welcome(port: int) -> str:
    """What a person needs to begin."""
    from launch.demo import PASSWORD

    address = f"http://127.0.0.1:{port}"
    return "\n".join(
        (
            f"ready {address}",
            f"  teller 柜员:      {address}/            e.g. S0211 (savings 储蓄) or K0211 (corporate 对公), cash box 钱箱 00001 / 00002",
            "  approver 授权:    S0219, K0219       computing centre 清算中心: S0001, S0009",
            f"  operations 运行:  {address}/operations",
            f"  portal 对账门户:  {address}/portal      for companies 企业; one is opened by ./huitong demo-company",
            f"  password 密码:    {PASSWORD}          stop 停止: Ctrl-C",
        )
    )


def _serve(options: argparse.Namespace) -> int:
    from launch.catalogue import APPLICATIONS
    from launch.national_peer.process import NAME as NATIONAL_PEER
    from launch.one_service import run_service
    from launch.signals import until_signalled

    known = (*APPLICATIONS, NATIONAL_PEER)
    if options.name not in known:
        raise SetUpProblem(f"There is no application {options.name}; there are {', '.join(known)}.", f"没有名为 {options.name} 的应用。")
    return until_signalled(lambda stop: run_service(options.name, stop))


def _migrate(_options: argparse.Namespace) -> int:
    from launch.catalogue import SERVICE_NAMES, schema_of
    from runtime.migrations import migrate

    owner = _setting("HUITONG_OWNER_DATABASE_URL")
    schemas = [schema_of(name, _setting(f"HUITONG_ROLE_PASSWORD_{name.upper()}")) for name in SERVICE_NAMES]
    with Step("Tables") as step:
        asyncio.run(migrate(owner, schemas, step.update))
        step.done("newest revision")
    return 0


def _setting(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SetUpProblem(f"{name} is not set.", f"缺少设置 {name}。")
    return value


def _demo(options: argparse.Namespace) -> int:
    from launch.demo import BUSINESS_DATE
    from launch.one_process import load_demo_once
    from runtime.settings import Settings
    from runtime.transport import HttpTransport

    async def load(say) -> None:
        settings = Settings()
        transport = HttpTransport(bases=settings.service_urls, service_key=settings.service_key.get_secret_value())
        await load_demo_once(transport, options.business_date or BUSINESS_DATE, say)
        await transport.close()

    with Step("Demo bank") as step:
        asyncio.run(load(step.update))
        step.done("loaded")
    return 0


def _demo_company(options: argparse.Namespace) -> int:
    from launch.demo_company import open_demo_company

    return asyncio.run(open_demo_company(options.url))


def _day_end(options: argparse.Namespace) -> int:
    from getpass import getpass

    from launch.day_end import run_day_end

    password = os.environ.get("HUITONG_TELLER_PASSWORD") or getpass(f"{options.teller} 密码 password: ")
    return asyncio.run(run_day_end(options.url, options.teller, password, options.through, options.force_close))


def _bench(options: argparse.Namespace) -> int:
    from bench.__main__ import main as run_benchmark

    return run_benchmark(options.arguments)


def _reset(options: argparse.Namespace) -> int:
    from launch.provision.postgres import EmbeddedPostgres
    from launch.provision.rabbitmq import PrivateBroker

    folder = BankFolder(options.data)
    if not folder.is_bank():
        raise SetUpProblem(f"{folder.path} holds no bank.", f"{folder.path} 中没有银行数据。")
    if not options.yes:
        answer = input(f"Remove the bank in {folder.path} for ever? 永久删除?  (yes/no) ")
        if answer.strip().lower() not in ("yes", "y", "是"):
            print("Nothing was removed. 未删除。")
            return 1
    EmbeddedPostgres(folder.postgres).remove()
    if folder.broker.exists():
        PrivateBroker(folder.broker).remove()
    shutil.rmtree(folder.path)
    print(f"{folder.path} removed. 已删除。")
    return 0

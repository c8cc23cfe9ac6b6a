"""pip's settings of the machine, said again in uv's words."""

from launch.provision.package_index import uv_options, uv_variables


def variables_with(tmp_path, text: str, **more: str) -> dict[str, str]:
    settings = tmp_path / "pip.conf"
    settings.write_text(text)
    return {"HOME": str(tmp_path / "nobody"), "PIP_CONFIG_FILE": str(settings), **more}


def test_a_mirror_and_local_folders_named_for_pip_are_named_for_uv(tmp_path):
    text = "[global]\nindex-url = https://mirror.example/simple\nfind-links = /a /b\n"
    text += "extra-index-url =\n  https://one.example\n  https://two.example\n"
    found = uv_variables(variables_with(tmp_path, text))
    assert found["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert found["UV_INDEX"] == "https://one.example https://two.example"
    assert found["UV_FIND_LINKS"] == "/a,/b"


def test_a_variable_goes_before_a_file_and_the_section_for_installing_before_the_global_one(tmp_path):
    text = "[install]\nindex-url = https://install.example\n[global]\nindex-url = https://global.example\n"
    assert uv_variables(variables_with(tmp_path, text))["UV_DEFAULT_INDEX"] == "https://install.example"
    found = uv_variables(variables_with(tmp_path, text, PIP_INDEX_URL="https://variable.example"))
    assert found["UV_DEFAULT_INDEX"] == "https://variable.example"


def test_no_index_is_an_option_and_only_when_it_is_true(tmp_path):
    assert uv_options(variables_with(tmp_path, "[global]\nno-index = true\n")) == ["--no-index"]
    assert uv_options(variables_with(tmp_path, "[global]\nno-index = false\n")) == []


def test_settings_nobody_can_read_are_left_to_pip(tmp_path):
    assert "UV_DEFAULT_INDEX" not in uv_variables(variables_with(tmp_path, "index-url without a section\n") | {"PIP_INDEX_URL": ""})
    assert uv_variables({"HOME": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null"}).keys() == {"UV_SYSTEM_CERTS", "UV_INDEX_STRATEGY"}

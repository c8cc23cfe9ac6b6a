"""Reading this module reads the code of every application."""

from launch.catalogue import all_services, gateway

APPLICATIONS = (gateway(), *all_services())

"""Which addresses may be registered, as far as their spelling tells."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.exchange.addresses import is_public
from service_kit.webhooks.endpoints import EndpointRefused, check_endpoint, check_networks


def is_refused(url: str, *networks: str) -> bool:
    try:
        check_endpoint(url, networks)
    except EndpointRefused:
        return True
    return False


@given(address=st.ip_addresses())
def test_an_address_that_is_written_out_must_be_public(address: IPv4Address | IPv6Address) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)
    assert is_refused(f"https://{host}/") == (not is_public(address))
    assert is_refused(f"http://{host}/")


@given(url=st.one_of(st.text(max_size=60), st.text(max_size=60).map(lambda rest: f"https://{rest}")))
def test_whatever_is_given_is_taken_or_refused(url: str) -> None:
    if not is_refused(url):
        assert url.startswith("https://")
        assert url.isascii()
        assert "@" not in url.split("/")[2]


@pytest.mark.parametrize(
    ("url", "network", "refused"),
    [
        ("https://10.20.1.2/", "10.20.0.0/16", False),
        ("https://10.21.1.2/", "10.20.0.0/16", True),
        ("http://10.20.1.2/", "10.20.0.0/16", True),
        ("http://127.0.0.1:8000/", "127.0.0.0/8", False),
        ("http://localhost:8000/", "127.0.0.0/8", False),
        ("http://localhost:8000/", "10.0.0.0/8", True),
        ("https://[fd00::1]/", "fd00::/8", False),
        ("https://records.example/", "10.0.0.0/8", False),
    ],
)
def test_networks_allow_what_lies_in_them(url: str, network: str, *, refused: bool) -> None:
    assert is_refused(url, network) == refused


@pytest.mark.parametrize(
    "network", ["", "10.0.0.0/33", "10.0.0.1/8", "records.example", "10.0.0.0/8 ", "fe80::%eth0/64"]
)
def test_what_is_no_network_is_refused(network: str) -> None:
    with pytest.raises(EndpointRefused):
        check_networks([network])


def test_networks_have_one_spelling() -> None:
    assert check_networks(["FD00::/8", "10.0.0.0/8", "10.0.0.0/8", "192.0.2.1"]) == [
        "10.0.0.0/8",
        "192.0.2.1/32",
        "fd00::/8",
    ]

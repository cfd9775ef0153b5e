"""A small app and library as values, with every data type, for tests of what the compiler makes of them."""

from decimal import Decimal

from odcpub.model.elements import (
    Asset,
    Attribute,
    Basic,
    DataType,
    DeleteRule,
    Entity,
    Function,
    Index,
    Kind,
    Library,
    Record,
    Screen,
    ScreenKind,
    Setting,
    StaticEntity,
    Structure,
    Use,
)

FIRST_NAMES = {"Ticket": "Issue"}
"""Current name → first name, of what was renamed."""


def attribute(name: str, basic: Basic, *, key: str = "", **rules: object) -> Attribute:
    measures = {k: rules.pop(k) for k in ("length", "digits", "decimals", "target") if k in rules}
    target_key = FIRST_NAMES.get(str(measures.get("target", "")), str(measures.get("target", "")))
    type_ = DataType(basic, **measures, target_key=target_key)  # type: ignore[arg-type]
    return Attribute(name, key or name, type_, **rules)  # type: ignore[arg-type]


MONEY = Asset(
    Kind.LIBRARY,
    "Money",
    "5f5b7a53-6c0e-4a53-8d4c-6bb9f8f2a001",
    static_entities=(
        StaticEntity(
            "CurrencyCode",
            "CurrencyCode",
            (Record("EUR", "Euro", 1), Record("USD", "US dollar", 2), Record("DEM", "German mark", 3, is_active=False)),
        ),
    ),
    structures=(Structure("Amount", "Amount", (attribute("Value", Basic.CURRENCY),)),),
)
LIBRARIES = {"Money": Library(MONEY, "1.0.0", 1, "sha256:" + "0" * 64)}

CUSTOMER = Entity(
    "Customer",
    "Customer",
    (
        attribute("Name", Basic.TEXT, length=100, mandatory=True),
        attribute("Email", Basic.EMAIL, mandatory=True),
        attribute("Score", Basic.INTEGER, minimum=Decimal(0), maximum=Decimal(100), description="How happy"),
    ),
    (Index("ByEmail", "ByEmail", ("Email",), unique=True),),
    display="Name",
)
TICKET = Entity(
    "Ticket",
    "Issue",
    (
        attribute("Subject", Basic.TEXT, key="Title", length=200, mandatory=True, min_length=3),
        attribute("Customer", Basic.IDENTIFIER, target="Customer", mandatory=True),
        attribute("Status", Basic.IDENTIFIER, target="Status", default="Open"),
        attribute("Currency", Basic.IDENTIFIER, target="Money.CurrencyCode", default="EUR"),
        attribute("OpenedAt", Basic.DATE_TIME, default=Function.CURR_DATE_TIME),
        attribute("Fee", Basic.CURRENCY),
        attribute("Weight", Basic.DECIMAL, digits=5, decimals=2, minimum=Decimal("0.5")),
        attribute("Reference", Basic.LONG_INTEGER),
        attribute("Urgent", Basic.BOOLEAN, default=False),
        attribute("Due", Basic.DATE),
        attribute("CallAt", Basic.TIME),
        attribute("Phone", Basic.PHONE_NUMBER),
        attribute("Code", Basic.TEXT, length=10, pattern="[A-Z]{2}-[0-9]+"),
        attribute("Photo", Basic.BINARY_DATA),
        attribute("Notes", Basic.TEXT),
        attribute("class", Basic.INTEGER),
        attribute("Ticket", Basic.INTEGER),
        attribute("Parent", Basic.IDENTIFIER, target="Ticket", on_delete=DeleteRule.IGNORE),
    ),
    display="Subject",
)
COMMENT = Entity(
    "Comment",
    "Comment",
    (
        attribute("Body", Basic.TEXT, mandatory=True),
        attribute("Ticket", Basic.IDENTIFIER, target="Ticket", mandatory=True, on_delete=DeleteRule.DELETE),
    ),
    display="Body",
)
HELPDESK = Asset(
    Kind.APP,
    "Helpdesk",
    "2f3c5d9e-1a74-4f5e-8c0b-6a1d2b7e9f10",
    "Customers' questions, answered in time",
    uses=(Use("Money", "^1.0"),),
    settings=(
        Setting("HourlyRate", DataType(Basic.CURRENCY), Decimal(80)),
        Setting("MailToken", DataType(Basic.TEXT), secret=True),
    ),
    static_entities=(
        StaticEntity(
            "Status",
            "Status",
            (Record("Open", "Open", 1), Record("Closed", "Closed", 2), Record("Lost", "Lost", 3, is_active=False)),
        ),
    ),
    entities=(CUSTOMER, TICKET, COMMENT),
    structures=(
        Structure(
            "Address",
            "Address",
            (
                attribute("Street", Basic.TEXT),
                attribute("Debt", Basic.STRUCTURE, target="Money.Amount"),
                attribute("Other", Basic.STRUCTURE, target="Address"),
            ),
        ),
    ),
    screens=(
        Screen("Tickets", ScreenKind.LIST, "Ticket", ("Subject", "Customer", "Status"), ("Subject", "Customer")),
        Screen("TicketDetail", ScreenKind.DETAIL, "Ticket"),
        Screen("Customers", ScreenKind.LIST, "Customer", ("Name", "Email"), ("Name",), generated=True),
    ),
)

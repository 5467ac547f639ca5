"""ISO 20022 customer credit transfer initiation, pain.001.001.09: the batch as its bank's machine reads it.

The elements are pyiso20022's classes, generated from the standard's own schema; the schema itself is not ours to ship
and is checked against in the tests.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from robots.edge.banks import DoesNotFit
from robots.model.decisions import BankFile, Payer, Transfer

if TYPE_CHECKING:
    from types import ModuleType

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_MOST_NAME, _MOST_ACCOUNT, _MOST_ID, _MOST_TEXT = 140, 34, 35, 140


class Layout(BaseModel):
    """One bank's dialect of the message.

    `charges`: who bears them (ChrgBr); `clearing`: the clearing system that a bank's code is one of (CNAPS in China);
    `iban`: accounts are IBANs; `booked_as_one`: the bank books the batch in one sum (BtchBookg).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Literal["pain"]
    charges: Literal["DEBT", "CRED", "SHAR", "SLEV"] = "SHAR"
    clearing: str = Field(default="", max_length=5)
    iban: bool = False
    booked_as_one: bool = False


def write(file: BankFile, layout: Layout, at: datetime) -> tuple[str, bytes]:
    """The message as UTF-8. Raises DoesNotFit where a name or an account is longer than the standard allows."""
    from xsdata.formats.dataclass.serializers import XmlSerializer  # noqa: PLC0415  # only homes that use it load it
    from xsdata.formats.dataclass.serializers.config import SerializerConfig  # noqa: PLC0415  # as above

    document = _Message(file, layout).document(at)
    text = XmlSerializer(config=SerializerConfig(indent="  ")).render(document, ns_map={None: _NAMESPACE})
    return ".xml", text.encode()


def returned(layout: Layout) -> dict[str, Any]:  # noqa: ARG001  # what every format is asked
    """A message comes back as no workbook."""
    return {}


class _Message:
    """Builds the elements of one file, each under the name that the standard gives it."""

    def __init__(self, file: BankFile, layout: Layout) -> None:
        import pyiso20022.pain.pain_001_001_09 as iso  # noqa: PLC0415  # only homes that use it load it

        self._iso: ModuleType = iso
        self._file, self._layout = file, layout

    def document(self, at: datetime) -> Any:
        """Document: the header with count and sum, then the payments of each day."""
        iso, file = self._iso, self._file
        days = groupby(sorted(file.transfers, key=lambda one: one.day), key=lambda one: one.day)
        return iso.Document(
            cstmr_cdt_trf_initn=iso.CustomerCreditTransferInitiationV09(
                grp_hdr=iso.GroupHeader85(
                    msg_id=_fit(file.batch, _MOST_ID, file.batch),
                    cre_dt_tm=_xml_moment(at),
                    nb_of_txs=str(len(file.transfers)),
                    ctrl_sum=file.total,
                    initg_pty=self._party(file.payer.holder, file.batch),
                ),
                pmt_inf=[self._payments(day, list(mine)) for day, mine in days],
            )
        )

    def _payments(self, day: date, mine: list[Transfer]) -> Any:
        """PmtInf: what leaves the account on one day."""
        iso, payer = self._iso, self._file.payer
        return iso.PaymentInstruction30(
            pmt_inf_id=_fit(f"{self._file.batch}-{day:%y%m%d}", _MOST_ID, self._file.batch),
            pmt_mtd=iso.PaymentMethod3Code.TRF,
            btch_bookg=self._layout.booked_as_one,
            nb_of_txs=str(len(mine)),
            ctrl_sum=sum((one.amount for one in mine), Decimal("0.00")),
            reqd_exctn_dt=iso.DateAndDateTime2Choice(dt=_xml_day(day)),
            dbtr=self._party(payer.holder, self._file.batch),
            dbtr_acct=self._account(payer.account, self._file.batch, payer.currency),
            dbtr_agt=self._payers_bank(payer),
            chrg_br=iso.ChargeBearerType1Code(self._layout.charges),
            cdt_trf_tx_inf=[self._transfer(one) for one in mine],
        )

    def _transfer(self, one: Transfer) -> Any:
        iso, key = self._iso, one.payment_key
        amount = iso.ActiveOrHistoricCurrencyAndAmount(value=one.amount, ccy=self._file.payer.currency)
        return iso.CreditTransferTransaction34(
            pmt_id=iso.PaymentIdentification6(end_to_end_id=_fit(key, _MOST_ID, key)),
            amt=iso.AmountType4Choice(instd_amt=amount),
            cdtr_agt=self._bank("", one.bank_code, one.bank_name, key),
            cdtr=self._party(one.payee, key),
            cdtr_acct=self._account(one.account, key),
            rmt_inf=iso.RemittanceInformation16(ustrd=[str(one.purpose)[:_MOST_TEXT]]) if one.purpose else None,
        )

    def _party(self, name: str, about: str) -> Any:
        return self._iso.PartyIdentification135(nm=_fit(name, _MOST_NAME, about))

    def _account(self, account: str, about: str, currency: str | None = None) -> Any:
        iso, known = self._iso, _fit(account, _MOST_ACCOUNT, about)
        other = None if self._layout.iban else iso.GenericAccountIdentification1(id=known)
        number = iso.AccountIdentification4Choice(iban=known if self._layout.iban else None, othr=other)
        return iso.CashAccount38(id=number, ccy=currency)

    def _payers_bank(self, payer: Payer) -> Any:
        return self._bank(payer.bic, payer.bank_code, payer.bank_name, self._file.batch) or self._unnamed_bank()

    def _bank(self, bic: str, code: str, name: str, about: str) -> Any:
        """A bank by what is known of it; None where nothing is."""
        iso = self._iso
        if not (bic or code or name):
            return None
        system = iso.ClearingSystemIdentification2Choice(cd=self._layout.clearing) if self._layout.clearing else None
        member = iso.ClearingSystemMemberIdentification2(clr_sys_id=system, mmb_id=_fit(code, _MOST_ID, about))
        known = iso.FinancialInstitutionIdentification18(
            bicfi=bic or None, clr_sys_mmb_id=member if code else None, nm=_fit(name, _MOST_NAME, about) or None
        )
        return iso.BranchAndFinancialInstitutionIdentification6(fin_instn_id=known)

    def _unnamed_bank(self) -> Any:
        """The standard's way of saying that the receiver knows its own name."""
        iso = self._iso
        other = iso.GenericFinancialIdentification1(id="NOTPROVIDED")
        known = iso.FinancialInstitutionIdentification18(othr=other)
        return iso.BranchAndFinancialInstitutionIdentification6(fin_instn_id=known)


def _fit(text: str, most: int, about: str) -> str:
    if len(text) > most:
        raise DoesNotFit(f"{about}: {text} > {most}")
    return text


def _xml_day(day: date) -> Any:
    from xsdata.models.datatype import XmlDate  # noqa: PLC0415  # only homes that use it load it

    return XmlDate.from_date(day)


def _xml_moment(at: datetime) -> Any:
    from xsdata.models.datatype import XmlDateTime  # noqa: PLC0415  # only homes that use it load it

    return XmlDateTime.from_datetime(at.replace(microsecond=0, tzinfo=None))

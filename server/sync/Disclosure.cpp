#include "sync/Disclosure.h"

#include "store/Moment.h"

#include <QJsonArray>
#include <QRegularExpression>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

Result<Disclosure> readAll(WorkspaceTx &tx, const Person &person, TimeMs now)
{
    const auto records = recordsOf(tx, person);
    if (!records)
        return records.error();
    Disclosure disclosure{{{u"workspace"_s, tx.ws()}, {u"at"_s, isoUtc(now)}, {u"number"_s, records->number}}, static_cast<int>(records->calls.size()), static_cast<int>(records->contacts.size())};
    for (const PersonPart &part : personParts()) {
        const auto rows = part.read(tx, *records);
        if (!rows)
            return rows.error();
        disclosure.document.insert(QString::fromLatin1(part.name), *rows);
    }
    return disclosure;
}

} // namespace

Result<Disclosure> disclosePerson(SqlConnection &connection, const QString &ws, const Person &person, TimeMs now)
{
    static const QRegularExpression e164(u"\\A\\+[1-9][0-9]{6,14}\\z"_s);
    if (person.contact.isEmpty() && !e164.match(person.number).hasMatch())
        return Error{Error::Code::InvalidInput, u"The number must be in the form +14155552671: a +, then 7 to 15 digits with the country's first."_s, {}, false};
    if (!connection.secret().isSet())
        return Error{Error::Code::InvalidInput, u"Disclosing needs the store's secret, for the numbers of people who were erased and asked not to be contacted."_s, {}, false};
    return withRetries(connection, [&]() -> Result<Disclosure> {
        const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
        if (!tx)
            return tx.error();
        auto disclosure = readAll(**tx, person, now);
        if (!disclosure)
            return disclosure;
        Verdict done =
            (*tx)->audit({{u"at"_s, isoUtc(now)}, {u"actor"_s, programActor}, {u"action"_s, u"disclose"_s}, {u"calls"_s, disclosure->calls}, {u"contacts"_s, disclosure->contacts}});
        if (done)
            done = (*tx)->commit();
        if (!done)
            return done.error();
        return disclosure;
    });
}

} // namespace calldeck

#include "sync/Erasure.h"

#include "store/Attachments.h"
#include "store/CallTable.h"
#include "store/ErasedRecords.h"
#include "store/Moment.h"
#include "sync/ConflictRows.h"

#include <QJsonObject>
#include <QSet>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

class EraseRun
{
public:
    EraseRun(WorkspaceTx &tx, ErasedPerson person, TimeMs now) : m_tx(tx), m_person(std::move(person)), m_now(now) {}

    Result<ErasureResult> run()
    {
        Verdict done = findContacts();
        if (done)
            done = findCalls();
        if (done)
            done = dropListing();
        for (const QString &id : std::as_const(m_calls)) {
            if (done)
                done = eraseCall(id);
        }
        for (const QString &id : std::as_const(m_contacts)) {
            if (done)
                done = erase(u"contact"_s, id);
        }
        if (!done)
            return done.error();
        m_result.calls = static_cast<int>(m_calls.size());
        m_result.contacts = static_cast<int>(m_contacts.size());
        if (m_result.calls == 0 && m_result.contacts == 0 && !m_result.was_listed)
            return Error{Error::Code::NotFound, u"Nothing is known of this person."_s, {}, false};
        return m_result;
    }

private:
    Change change(const QString &kind, const QString &id) const
    {
        return {kind, id, u"admin"_s, {}, u"calldeckd"_s, 0, u"calldeckd"_s, m_now};
    }
    /** Rows of a kind that hold `member` with `value`. The text search only spares reading most rows. */
    Result<QStringList> rowsWith(const QString &kind, const QString &member, const QString &value)
    {
        QStringList ids;
        SqlStatement rows = m_tx.query("SELECT id, \"row\" FROM entity WHERE ws = ? AND kind = ? AND deleted = 0 AND \"row\" LIKE ? ORDER BY id", kind, QString(u'%' + value + u'%'));
        while (rows.step()) {
            if (parsedObject(rows.bytes(1)).value(member).toString() == value)
                ids.append(rows.text(0));
        }
        if (rows.failed())
            return rows.verdict().error();
        return ids;
    }
    Verdict findContacts()
    {
        if (!m_person.contact.isEmpty()) {
            const auto contact = findEntity(m_tx, u"contact"_s, m_person.contact);
            if (!contact)
                return contact.error();
            if (!*contact || (*contact)->deleted)
                return Error{Error::Code::NotFound, u"There is no such contact."_s, {}, false};
            m_person.number = parsedObject((*contact)->row).value(u"number"_s).toString();
            m_contacts.append(m_person.contact);
        }
        if (m_person.number.isEmpty())
            return Done{};
        const auto others = rowsWith(u"contact"_s, u"number"_s, m_person.number);
        if (!others)
            return others.error();
        m_contacts += *others;
        m_contacts.removeDuplicates();
        return Done{};
    }
    Verdict findCalls()
    {
        if (!m_person.number.isEmpty()) {
            const auto calls = callsOfNumber(m_tx, m_person.number);
            if (!calls)
                return calls.error();
            m_calls = *calls;
        }
        for (const QString &contact : std::as_const(m_contacts)) {
            const auto calls = rowsWith(u"call"_s, u"contact_id"_s, contact);
            if (!calls)
                return calls.error();
            m_calls += *calls;
        }
        m_calls.removeDuplicates();
        return Done{};
    }
    /** The entry names the number itself: it goes without a trace in the log. Desks drop theirs with the number's calls, or with the next snapshot. */
    Verdict dropListing()
    {
        if (m_person.number.isEmpty())
            return Done{};
        const auto listed = findListed(m_tx, m_person.number);
        if (!listed)
            return listed.error();
        m_result.was_listed = listed->has_value();
        Verdict done = m_result.was_listed ? keepErasedListing(m_tx, m_person.number, m_now) : Verdict(Done{});
        if (done)
            done = m_tx.query("DELETE FROM entity WHERE ws = ? AND kind = 'number' AND id = ?", m_person.number).run();
        for (const QByteArray table : {"change", "device_order"}) {
            if (done)
                done = m_tx.query("DELETE FROM " + table + " WHERE ws = ? AND kind = 'number' AND id = ?", m_person.number).run();
        }
        return done;
    }
    Verdict eraseCall(const QString &id)
    {
        auto stored = loadCallAlone(m_tx, id);
        if (!stored)
            return stored.error();
        const auto attachments = attachmentsOf(m_tx, id);
        if (!attachments)
            return attachments.error();
        for (const Attachment &attachment : *attachments)
            m_result.blobs.append(blobName(m_tx.ws(), attachment));
        Verdict done = deleteConflictsOf(m_tx, id, change(u"conflict"_s, id));
        if (done)
            done = dropParked(id);
        if (done)
            done = m_tx.query("UPDATE mutation SET message = '' WHERE ws = ? AND mid IN (SELECT mid FROM change c WHERE c.ws = mutation.ws AND c.kind = 'call' AND c.id = ?)", id).run();
        if (done)
            done = deleteCall(m_tx, *stored, change(u"call"_s, id));
        if (done)
            done = markErased(m_tx, u"turns"_s, id, m_now);
        return done ? markErased(m_tx, u"call"_s, id, m_now) : done;
    }
    Verdict erase(const QString &kind, const QString &id)
    {
        Verdict done = dropParked(id);
        if (done)
            done = deleteEntity(m_tx, kind, id, change(kind, id));
        return done ? markErased(m_tx, kind, id, m_now) : done;
    }
    Verdict dropParked(const QString &id)
    {
        QStringList mids;
        SqlStatement rows = m_tx.query("SELECT mid, payload FROM parked WHERE ws = ?");
        while (rows.step()) {
            if (parsedObject(rows.bytes(1)).value(u"id"_s).toString() == id)
                mids.append(rows.text(0));
        }
        Verdict done = rows.verdict();
        for (const QString &mid : std::as_const(mids)) {
            if (done)
                done = m_tx.query("DELETE FROM parked WHERE ws = ? AND mid = ?", mid).run();
        }
        return done;
    }

    WorkspaceTx &m_tx;
    ErasedPerson m_person;
    TimeMs m_now;
    QStringList m_contacts;
    QStringList m_calls;
    ErasureResult m_result;
};

} // namespace

Result<ErasureResult> erasePerson(SqlConnection &connection, const QString &ws, const ErasedPerson &person, TimeMs now)
{
    if (!connection.secret().isSet())
        return Error{Error::Code::InvalidInput, u"Erasing needs the store's secret, for the numbers of people who asked not to be contacted."_s, {}, false};
    return withRetries(connection, [&]() -> Result<ErasureResult> {
        const auto tx = WorkspaceTx::begin(connection, ws, WorkspaceTx::Mode::Write);
        if (!tx)
            return tx.error();
        auto result = EraseRun(**tx, person, now).run();
        if (!result)
            return result;
        Verdict done = (*tx)->audit({{u"at"_s, isoUtc(now)}, {u"actor"_s, u"calldeckd"_s}, {u"action"_s, u"erase"_s}, {u"calls"_s, result->calls}, {u"contacts"_s, result->contacts}});
        if (done)
            done = (*tx)->commit();
        if (!done)
            return done.error();
        return result;
    });
}

} // namespace calldeck

#include "sync/Adoption.h"

#include "store/CallIndexRows.h"
#include "sync/PushRun.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

Verdict Adoption::put(const QString &kind, const QString &id, const QJsonObject &row)
{
    Entity entity{kind, id, 0, compactJson(row), "{}", false};
    return putEntity(m_tx, entity, changeOf(kind, id));
}

Verdict Adoption::call(const CallState &state, const Handwork &byPeople)
{
    StoredCall stored;
    stored.state = state;
    // As stamps: news from outside leave alone what has one.
    const Stamp stamp{m_tx.nextSeq(), m_author.device, 0};
    for (const CallField field : byPeople.fields)
        stored.stamps.insert(QString::fromLatin1(infoOf(field).name), stamp);
    for (const QString &tag : byPeople.removed_tags)
        stored.stamps.insert(u"untag:"_s + tag, stamp);
    return putCall(m_tx, stored, CallState(), changeOf(u"call"_s, state.call.call_id));
}

Verdict Adoption::turns(const QString &callId, const QList<ConversationTurn> &turns) { return put(u"turns"_s, callId, {{u"turns"_s, turnsRow(turns)}}); }
Verdict Adoption::contact(const Contact &contact) { return put(u"contact"_s, contact.id, contactRow(contact)); }
Verdict Adoption::number(const QString &number, const ListedNumber &listed) { return put(u"number"_s, number, listedRow(number, listed)); }
Verdict Adoption::view(const QString &id, const QString &name, const QString &filter) { return put(u"view"_s, id, {{u"id"_s, id}, {u"name"_s, name}, {u"filter"_s, filter}}); }

Verdict Adoption::shownEdit(const Edit &edit)
{
    EditOutcome outcome;
    outcome.seq = m_tx.head().seq;
    return rememberResult(m_tx, edit, outcome, m_now);
}

} // namespace calldeck

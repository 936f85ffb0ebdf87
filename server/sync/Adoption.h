#pragma once

#include "sync/EditSession.h"
#include "sync/Intake.h"

namespace calldeck
{

/**
 * Takes over what a desk holds that had no backend, or whose backend lost its store: its records as they are, and the edits that are in them
 * already, each of which is then a known one when it is sent. Inside the caller's transaction.
 */
class Adoption
{
public:
    Adoption(WorkspaceTx &tx, Author author, TimeMs now) : m_tx(tx), m_author(std::move(author)), m_now(now) {}

    /** With its own follow-ups alone, and what people decided about it. */
    Verdict call(const CallState &state, const Handwork &byPeople);
    Verdict turns(const QString &callId, const QList<ConversationTurn> &turns);
    Verdict contact(const Contact &contact);
    Verdict number(const QString &number, const ListedNumber &listed);
    Verdict view(const QString &id, const QString &name, const QString &filter);
    Verdict shownEdit(const Edit &edit);

private:
    Change changeOf(const QString &kind, const QString &id) const { return {kind, id, QStringLiteral("adopt"), QString(), m_author.device, 0, m_author.account, m_now}; }
    Verdict put(const QString &kind, const QString &id, const QJsonObject &row);

    WorkspaceTx &m_tx;
    const Author m_author;
    const TimeMs m_now;
};

} // namespace calldeck

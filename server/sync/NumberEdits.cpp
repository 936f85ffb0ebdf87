#include "rules/Phone.h"
#include "store/CallIndexRows.h"
#include "store/ErasedRecords.h"
#include "sync/EditSession.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qsizetype longestReason = 1000;

class NumberEdit
{
public:
    NumberEdit(EditSession &session, const Edit &edit) : m_session(session), m_tx(session.tx), m_edit(edit) {}

    Result<EditOutcome> run()
    {
        if (parsePhone(m_edit.id, m_session.workspace->region).e164 != m_edit.id)
            return rejectedAs(u"invalid"_s, u"args.number must be a telephone number in E.164."_s);
        if (const QString problem = problemOf(m_edit.args); !problem.isEmpty())
            return rejectedAs(u"invalid"_s, problem);
        const auto listed = findListed(m_tx, m_edit.id);
        if (!listed)
            return listed.error();
        if (!*listed && m_edit.op != u"create"_s)
            return rejectedAs(u"gone"_s, u"The number is not on the list."_s);
        if (m_edit.op == u"set"_s)
            return write(withReason(**listed));
        const auto entry = findEntity(m_tx, m_edit.kind, m_edit.id);
        if (!entry)
            return entry.error();
        // An erased person's number is on the list without an entry: to list it by name again makes one.
        const bool isHidden = *listed && (!*entry || (*entry)->deleted);
        if (*listed && !isHidden && m_edit.op == u"create"_s)
            return asItIs();
        const auto calls = callsOfNumber(m_tx, m_edit.id);
        if (!calls)
            return calls.error();
        if (!calls->isEmpty())
            return throughCall(calls->first());
        return m_edit.op == u"create"_s ? write({reason(), m_session.momentOf(m_edit), m_session.author.name}) : remove();
    }

private:
    using Outcome = Result<EditOutcome>;

    static QString problemOf(const QJsonObject &args)
    {
        for (auto it = args.begin(); it != args.end(); ++it) {
            if (it.key() != u"reason"_s || !it->isString() || it->toString().size() > longestReason)
                return u"args.%1 must be a reason of at most %2 characters."_s.arg(it.key().left(60)).arg(longestReason);
        }
        return {};
    }
    QString reason() const { return m_edit.args.value(u"reason"_s).toString().trimmed(); }
    ListedNumber withReason(ListedNumber listed) const
    {
        listed.reason = reason();
        return listed;
    }

    Outcome write(const ListedNumber &listed)
    {
        if (Verdict forgotten = forgetErasedListing(m_tx, m_edit.id); !forgotten)
            return forgotten.error();
        Entity entry{u"number"_s, m_edit.id, 0, compactJson(listedRow(m_edit.id, listed)), "{}", false};
        if (Verdict done = putEntity(m_tx, entry, m_session.changeOf(m_edit)); !done)
            return done.error();
        return outcomeOf(entry);
    }
    Outcome remove()
    {
        if (Verdict forgotten = forgetErasedListing(m_tx, m_edit.id); !forgotten)
            return forgotten.error();
        if (Verdict done = deleteEntity(m_tx, m_edit.kind, m_edit.id, m_session.changeOf(m_edit)); !done)
            return done.error();
        return asItIs();
    }
    /** The flag of a call carries it to the list and to all calls of the number. */
    Outcome throughCall(const QString &callId)
    {
        Edit flag = m_edit;
        flag.kind = u"call"_s;
        flag.id = callId;
        flag.op = m_edit.op == u"create"_s ? u"flag+"_s : u"flag-"_s;
        flag.args = {{u"flag"_s, u"do_not_contact"_s}, {u"reason"_s, reason()}};
        auto outcome = takeCallEdit(m_session, flag);
        if (!outcome || outcome->status != EditOutcome::Status::Applied)
            return outcome;
        return asItIs();
    }
    Outcome asItIs()
    {
        const auto entity = findEntity(m_tx, m_edit.kind, m_edit.id);
        if (!entity)
            return entity.error();
        return *entity ? outcomeOf(**entity) : EditOutcome{};
    }
    static EditOutcome outcomeOf(const Entity &entity)
    {
        EditOutcome outcome;
        outcome.seq = entity.ver;
        outcome.ver = entity.deleted ? 0 : entity.ver;
        outcome.row = entity.deleted ? QByteArray() : entity.row;
        return outcome;
    }

    EditSession &m_session;
    WorkspaceTx &m_tx;
    const Edit &m_edit;
};

} // namespace

Result<EditOutcome> takeNumberEdit(EditSession &session, const Edit &edit) { return NumberEdit(session, edit).run(); }

} // namespace calldeck

#include "auth/Rights.h"

#include "sync/EditRules.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

struct EditRight {
    const char *kind;
    const char *op;
    const char *flag; ///< of flag+ and flag-, "" for any
    UserRole least;
};

constexpr EditRight editRights[] = {
    {"call", "create", "", UserRole::AGENT},
    {"call", "set", "", UserRole::AGENT},
    {"call", "tag+", "", UserRole::AGENT},
    {"call", "tag-", "", UserRole::AGENT},
    {"call", "disposition", "", UserRole::AGENT},
    {"call", "skip", "", UserRole::AGENT},
    {"call", "follow_up", "", UserRole::AGENT},
    {"call", "follow_up_close", "", UserRole::AGENT},
    {"call", "follow_up_move", "", UserRole::AGENT},
    {"call", "flag+", "", UserRole::AGENT},
    {"call", "flag-", "emergency", UserRole::AGENT},
    {"call", "flag-", "do_not_contact", UserRole::DISPATCHER},
    {"call", "link", "", UserRole::AGENT},
    {"call", "note", "", UserRole::AGENT},
    {"call", "note_edit", "", UserRole::AGENT},
    {"call", "undo", "", UserRole::AGENT},
    {"call", "resolve", "", UserRole::DISPATCHER},
    {"call", "del", "", UserRole::MANAGER},
    {"contact", "create", "", UserRole::AGENT},
    {"contact", "set", "", UserRole::AGENT},
    {"contact", "del", "", UserRole::DISPATCHER},
    {"view", "create", "", UserRole::AGENT},
    {"view", "set", "", UserRole::AGENT},
    {"view", "del", "", UserRole::DISPATCHER},
    {"number", "create", "", UserRole::AGENT},
    {"number", "set", "", UserRole::AGENT},
    {"number", "del", "", UserRole::DISPATCHER},
};

struct FieldRight {
    CallField field;
    UserRole least;
};

/** Fields that ask for more than the edit does. */
constexpr FieldRight fieldRights[] = {{CallField::agent_performance_score, UserRole::MANAGER}};

UserRole leastRoleForFields(const QJsonObject &args, UserRole least)
{
    for (const FieldRight &right : fieldRights) {
        if (args.contains(QLatin1String(infoOf(right.field).name)))
            least = std::max(least, right.least);
    }
    return least;
}

} // namespace

std::optional<UserRole> leastRoleFor(const Edit &edit)
{
    const QString flag = edit.op.startsWith(u"flag"_s) ? edit.args.value(u"flag"_s).toString() : QString();
    for (const EditRight &right : editRights) {
        const bool named = edit.kind == QLatin1String(right.kind) && edit.op == QLatin1String(right.op);
        const bool flagged = *right.flag == '\0' || flag == QLatin1String(right.flag);
        if (named && flagged)
            return edit.kind == u"call"_s && (edit.op == u"set"_s || edit.op == u"create"_s) ? leastRoleForFields(edit.args, right.least) : right.least;
    }
    return std::nullopt;
}

bool isTakenBack(CallField field)
{
    using enum CallField;
    static const QList<CallField> moved{outcome,        disposition,       last_outcome_notes, last_outcome_agent_id, outcome_at,     outcome_owed_reason,  in_triage,
                                        outcome_required, transferred_to_staff, follow_up_required, follow_up_date,   callback_scheduled, is_conversion,   sla_trigger,
                                        sla_started_at, sla_warning_at,    sla_critical_at,    sla_due_at,            sla_met_at,     emergency,            do_not_contact,
                                        contact_id,     updated_at};
    return isSettable(field) || moved.contains(field);
}

} // namespace calldeck

#include "sync/EditSession.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

EditOutcome written(const Entity &entity)
{
    EditOutcome outcome;
    outcome.seq = entity.ver;
    outcome.ver = entity.ver;
    outcome.row = entity.row;
    return outcome;
}

EditOutcome refuse(const std::optional<Entity> &entity, const QString &code, const QString &message)
{
    EditOutcome outcome = rejectedAs(code, message);
    if (entity && !entity->deleted) {
        outcome.ver = entity->ver;
        outcome.row = entity->row;
    }
    return outcome;
}

/** What contacts and views have in common: whole rows, the last arrival wins. `change` gives the new row or what is wrong. */
template <class F> Result<EditOutcome> takeRowEdit(EditSession &session, const Edit &edit, F &&change)
{
    const auto found = findEntity(session.tx, edit.kind, edit.id);
    if (!found)
        return found.error();
    const bool isNew = !*found;
    if ((*found && (*found)->deleted) || (isNew && edit.op != u"create"_s))
        return rejectedAs(u"gone"_s, u"It was deleted meanwhile."_s);
    Entity entity = isNew ? Entity{edit.kind, edit.id, 0, {}, "{}", false} : **found;
    if (edit.op == u"del"_s) {
        entity.deleted = true;
        entity.row = "{}";
    } else {
        const Result<QJsonObject> row = change(isNew ? QJsonObject() : parsedObject(entity.row));
        if (!row && row.error().code != Error::Code::InvalidInput)
            return row.error();
        if (!row)
            return refuse(*found, u"invalid"_s, row.error().message);
        entity.row = compactJson(*row);
    }
    if (Verdict done = putEntity(session.tx, entity, session.changeOf(edit)); !done)
        return done.error();
    return written(entity);
}

Error invalid(const QString &message) { return {Error::Code::InvalidInput, message, {}, false}; }

Result<bool> isNameTaken(WorkspaceTx &tx, const QString &name, const QString &except)
{
    SqlStatement rows = tx.query("SELECT id, \"row\" FROM entity WHERE ws = ? AND kind = 'view' AND deleted = 0");
    bool taken = false;
    while (rows.step()) {
        const QString other = parsedObject(rows.bytes(1)).value(u"name"_s).toString();
        taken = taken || (rows.text(0) != except && other.compare(name, Qt::CaseInsensitive) == 0);
    }
    if (rows.failed())
        return rows.verdict().error();
    return taken;
}

Result<QJsonObject> changedView(WorkspaceTx &tx, const Edit &edit, QJsonObject row)
{
    constexpr qsizetype longest = 4000;
    // Somebody's create that came twice: the view is there and may have been changed since.
    if (edit.op == u"create"_s && !row.isEmpty())
        return row;
    for (auto it = edit.args.begin(); it != edit.args.end(); ++it) {
        const bool known = it.key() == u"name"_s || it.key() == u"filter"_s;
        if (!known || !it->isString() || it->toString().size() > longest)
            return invalid(u"args.%1 is no text of a view."_s.arg(it.key().left(60)));
        row.insert(it.key(), it->toString().trimmed());
    }
    const QString name = row.value(u"name"_s).toString();
    if (name.isEmpty() || name.size() > 100)
        return invalid(u"args.name must have 1 to 100 characters."_s);
    const auto taken = isNameTaken(tx, name, edit.id);
    if (!taken)
        return taken.error();
    if (*taken)
        return invalid(u"There is a view \"%1\" already."_s.arg(name));
    row.insert(u"id"_s, edit.id);
    row.insert(u"filter"_s, row.value(u"filter"_s).toString());
    return row;
}

} // namespace

Result<EditOutcome> takeContactEdit(EditSession &session, const Edit &edit)
{
    return takeRowEdit(session, edit, [&](const QJsonObject &row) -> Result<QJsonObject> {
        Contact contact;
        if (!row.isEmpty()) {
            auto stored = contactFromRow(row);
            if (!stored)
                return Error{Error::Code::Damaged, u"The store holds a contact that cannot be read."_s, edit.id, false};
            contact = *std::move(stored);
        }
        if (Verdict done = applyEdit(contact, edit, session.contextOf(edit)); !done)
            return done.error();
        return contactRow(contact);
    });
}

Result<EditOutcome> takeViewEdit(EditSession &session, const Edit &edit)
{
    return takeRowEdit(session, edit, [&](const QJsonObject &row) { return changedView(session.tx, edit, row); });
}

} // namespace calldeck

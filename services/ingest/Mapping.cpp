#include "ingest/Mapping.h"

#include <algorithm>

namespace calldeck
{

namespace
{

using Visit = std::function<void(ColumnRef &)>;

void visitTime(TimeRule &time, const Visit &visit)
{
    for (ColumnRef &column : time.date)
        visit(column);
    if (time.time)
        visit(*time.time);
    if (time.not_before)
        visit(*time.not_before);
}

void visitRule(FieldRule &rule, const Visit &visit)
{
    for (Condition &condition : rule.when)
        visit(condition.column);
    for (QList<ColumnRef> *columns : {&rule.columns, &rule.sum, &rule.between}) {
        for (ColumnRef &column : *columns)
            visit(column);
    }
    if (rule.time)
        visitTime(*rule.time, visit);
}

} // namespace

void Mapping::forEachColumn(const Visit &visit)
{
    for (ColumnRef &column : id)
        visit(column);
    for (Condition &condition : skip)
        visit(condition.column);
    for (FieldMapping &field : fields) {
        for (FieldRule &rule : field.rules)
            visitRule(rule, visit);
    }
    for (FieldRule &rule : tags)
        visitRule(rule, visit);
    if (!turns)
        return;
    if (turns->list)
        visit(*turns->list);
    for (auto &[column, speaker] : turns->columns)
        visit(column);
}

bool Mapping::maps(CallField field) const
{
    return std::any_of(fields.cbegin(), fields.cend(), [field](const FieldMapping &mapped) { return mapped.field == field; });
}

} // namespace calldeck

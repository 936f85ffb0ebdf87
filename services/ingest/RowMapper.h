#pragma once

#include "ingest/RuleReader.h"
#include "sync/Intake.h"

namespace calldeck
{

/** Turns the rows of one file into calls, one after the other in their order. */
class RowMapper
{
public:
    /** Without a mapping the columns must be named like our fields. `file` is how errors name it. */
    RowMapper(std::optional<Mapping> mapping, const Workspace &workspace, const QString &file);

    enum class Mapped { Call, Skipped, Refused };
    /** Finds the columns that the mapping names; a column that is missing or that nobody maps or ignores is an error. */
    Verdict bind(const QStringList &columns, FileFormat format);
    Mapped map(const RawRow &row, IncomingCall &incoming);
    const RowError &problem() const { return m_problem; } ///< after Refused

private:
    Verdict checkColumns(const QStringList &columns, FileFormat format);
    bool fill(const RawRow &row, IncomingCall &incoming);
    bool fillField(const FieldMapping &mapped, const RawRow &row, Call &call);
    bool setField(CallField field, const FieldRule &rule, const QString &text, Call &call);
    bool fillTags(const RawRow &row, Call &call);
    bool fillTurns(const RawRow &row, IncomingCall &incoming);
    bool fillTurnList(const QString &list, IncomingCall &incoming);
    bool identify(const RawRow &row, IncomingCall &incoming);
    bool isSane(const Call &call);
    void complete(Call &call) const;
    bool refuse(const QString &column, const QString &reason);
    QString rawJson(const RawRow &row) const;
    QString columnOf(CallField field) const;

    Mapping m_mapping;
    bool m_automatic;
    RuleReader m_reader;
    QStringList m_columns;
    QHash<QByteArray, int> m_seen; ///< rows without an id, so that equal ones stay apart
    RowError m_problem;
};

} // namespace calldeck

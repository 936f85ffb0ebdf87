#pragma once

#include "rules/Workspace.h"
#include "store/Mutation.h"

namespace calldeck
{

/** Turns a person's intentions into transactions. One per writing connection, confined to its thread. */
class CommandRunner
{
public:
    CommandRunner(Database &database, const Workspace &workspace, QString actor);

    /** Checks, writes and commits, or changes nothing. The Effect is on disk when this returns. */
    Result<Effect> run(const Command &command, TimeMs now);
    Verdict saveDraft(CallKey call, const Draft &draft, TimeMs now);

private:
    Result<Effect> apply(const RecordDisposition &command, Mutation &mutation);
    Result<Effect> apply(const SkipTriage &command, Mutation &mutation);
    Result<Effect> apply(const SetFields &command, Mutation &mutation);
    Result<Effect> apply(const ChangeTags &command, Mutation &mutation);
    Result<Effect> apply(const ScheduleFollowUp &command, Mutation &mutation);
    Result<Effect> apply(const CloseFollowUp &command, Mutation &mutation);
    Result<Effect> apply(const MoveFollowUp &command, Mutation &mutation);
    Result<Effect> apply(const SetDoNotContact &command, Mutation &mutation);
    Result<Effect> apply(const LinkContact &command, Mutation &mutation);
    Result<Effect> apply(const AddNote &command, Mutation &mutation);
    Result<Effect> apply(const Undo &command, Mutation &mutation);

    /** The same edit on each call. */
    Result<Effect> editEach(const QList<CallKey> &calls, const QString &op, const QJsonObject &args, const QString &action, Mutation &mutation);
    Verdict writeDraft(CallKey call, const Draft &draft, TimeMs now);
    Result<FollowUpTask> openTask(const QString &id);
    Result<QString> contactFor(const LinkContact &command, Mutation &mutation);

    Database &m_database;
    const Workspace &m_workspace;
    QString m_actor;
};

/** The draft as it is kept in the file, and back; unknown keys are ignored, a damaged one reads as empty. */
QString draftText(const Draft &draft);
Draft draftFromText(const QString &text, TimeMs updatedAt);

} // namespace calldeck

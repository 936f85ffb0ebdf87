#include "export/CallExport.h"

#include "rules/CsvCells.h"
#include "database/Database.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

namespace calldeck
{

namespace
{

constexpr qint64 progressEvery = 2000;

class ExportRun
{
public:
    ExportRun(CacheFile &cache, const ExportOrder &order, TimeMs now, const ExportProgress &progress)
        : m_cache(cache), m_order(order), m_now(now), m_progress(progress), m_file(order.file)
    {
    }

    Result<qint64> run();

private:
    Result<qint64> writeCalls();
    bool write(const Call &call);
    bool put(const QByteArray &bytes) { return m_file.write(bytes) == bytes.size() || fail(notWritten()); }
    bool fail(const Error &error)
    {
        m_failure = error;
        return false;
    }
    Error notWritten() const
    {
        return {Error::Code::Io, QStringLiteral("%1 cannot be written: %2. No file was made.").arg(m_order.file, m_file.errorString()), {}, false};
    }

    CacheFile &m_cache;
    const ExportOrder &m_order;
    TimeMs m_now;
    const ExportProgress &m_progress;
    QSaveFile m_file;
    qint64 m_written = 0;
    std::optional<Error> m_failure;
};

Result<qint64> ExportRun::run()
{
    if (!m_order.overwrite && QFileInfo::exists(m_order.file))
        return Error{Error::Code::InvalidInput, QStringLiteral("%1 exists already. Choose another name, or say --force to replace it.").arg(m_order.file), {}, false};
    if (!m_file.open(QIODevice::WriteOnly))
        return notWritten();
    // One read transaction, so that the file shows one moment even while the desk goes on writing.
    if (Verdict begun = m_cache.database().execute("BEGIN"); !begun)
        return begun.error();
    auto written = writeCalls();
    const Verdict ended = m_cache.database().execute("COMMIT");
    if (!written)
        return written;
    if (!ended)
        return ended.error();
    if (!m_file.commit())
        return notWritten();
    return written;
}

Result<qint64> ExportRun::writeCalls()
{
    if (m_order.format == ExportFormat::Csv && !put(callCsvHeader()))
        return *m_failure;
    const CallQuery query{m_order.filter, {SortColumn::Started, false}};
    auto visited = m_cache.forEachCall(query, m_now, [this](const Call &call) { return write(call); });
    return m_failure ? Result<qint64>(*m_failure) : visited;
}

bool ExportRun::write(const Call &call)
{
    if (++m_written % progressEvery == 0 && m_progress && !m_progress(m_written))
        return fail({Error::Code::Cancelled, QStringLiteral("The export was cancelled. No file was made."), {}, true});
    if (m_order.format == ExportFormat::Csv)
        return put(callCsvLine(call));
    const auto turns = m_cache.turns(call.key);
    if (!turns)
        return fail(turns.error());
    return put(QJsonDocument(exportedCall(call, *turns)).toJson(QJsonDocument::Compact) + '\n');
}

} // namespace

QJsonObject exportedCall(const Call &call, const QList<ConversationTurn> &turns)
{
    QJsonObject object = callToJson(call);
    object.remove(QStringLiteral("id")); // a row number of this cache, which means nothing elsewhere
    QJsonArray said;
    for (const ConversationTurn &turn : turns) {
        QJsonObject entry{{QStringLiteral("speaker"), wireWord(turn.speaker)}, {QStringLiteral("content"), turn.content}, {QStringLiteral("at_ms"), turn.at_ms}};
        if (turn.confidence)
            entry.insert(QStringLiteral("confidence"), *turn.confidence);
        said.append(entry);
    }
    object.insert(QStringLiteral("turns"), said);
    return object;
}

Result<qint64> exportCalls(CacheFile &cache, const ExportOrder &order, TimeMs now, const ExportProgress &progress)
{
    return ExportRun(cache, order, now, progress).run();
}

} // namespace calldeck

#include "ingest/Importer.h"

#include "ingest/RowPipe.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonObject>

namespace calldeck
{

namespace
{

constexpr int errorsKept = 100;
constexpr qint64 progressEvery = 2000;
constexpr qint64 largestMapping = 1024 * 1024;

class ImportRun
{
public:
    ImportRun(CallSink &sink, const ImportOrder &order, TimeMs now, const ImportProgress &progress)
        : m_sink(sink), m_order(order), m_now(now), m_progress(progress), m_file(QFileInfo(order.file).fileName()),
          m_mapper(order.mapping, m_sink.workspace(), m_file)
    {
    }

    Result<ImportReport> run();

private:
    Verdict openReader();
    Verdict readAll();
    Verdict take(const MappedRow &row);
    Verdict put(const IncomingCall &incoming, qint64 line);
    void refuse(const RowError &error);
    bool mayStillSucceed() const { return m_order.skip_bad || m_report.refused == 0; }
    Verdict adoptZone();

    CallSink &m_sink;
    const ImportOrder &m_order;
    TimeMs m_now;
    const ImportProgress &m_progress;
    QString m_file;
    RowMapper m_mapper;
    std::unique_ptr<RowReader> m_reader;
    FileFormat m_format = FileFormat::Delimited;
    ImportReport m_report;
};

Result<ImportReport> ImportRun::run()
{
    if (Verdict opened = openReader(); !opened)
        return opened.error();
    if (Verdict begun = m_sink.begin(); !begun)
        return begun.error();
    Verdict done = adoptZone();
    if (done)
        done = readAll();
    const bool keep = done && mayStillSucceed() && !m_order.dry_run;
    Verdict closed = keep ? m_sink.commit() : m_sink.rollback();
    if (!done)
        return done.error();
    if (!closed)
        return closed.error();
    m_report.changed = keep && m_report.added + m_report.updated > 0;
    if (!keep)
        m_report.adopted_zone.reset();
    return m_report;
}

Verdict ImportRun::openReader()
{
    auto reader = openRows(m_order.file, m_order.mapping ? m_order.mapping->format : RowFormat{});
    if (!reader)
        return reader.error();
    m_reader = *std::move(reader);
    // A JSON Lines file has no columns before its first object.
    m_format = m_reader->columns().isEmpty() ? FileFormat::JsonLines : FileFormat::Delimited;
    return m_format == FileFormat::Delimited ? m_mapper.bind(m_reader->columns(), m_format) : Verdict(Done{});
}

Verdict ImportRun::readAll()
{
    RowPipe pipe(std::move(m_reader), std::move(m_mapper), m_format);
    while (const auto batch = pipe.next()) {
        for (const MappedRow &row : batch->rows) {
            ++m_report.read;
            if (Verdict taken = take(row); !taken)
                return taken;
            if (!m_order.skip_bad && m_report.refused >= errorsKept)
                return Done{};
            if (m_progress && m_report.read % progressEvery == 0 && !m_progress(m_report.read, batch->progress))
                return Error{Error::Code::Cancelled, QStringLiteral("The import was cancelled. Nothing was changed."), {}, true};
        }
        if (batch->failure)
            return *batch->failure;
    }
    return Done{};
}

Verdict ImportRun::take(const MappedRow &row)
{
    switch (row.kind) {
    case MappedRow::Kind::Skipped: ++m_report.skipped_by_rule; return Done{};
    case MappedRow::Kind::Refused: refuse(row.problem); return Done{};
    case MappedRow::Kind::Call: break;
    }
    return mayStillSucceed() ? put(row.call, row.line) : Verdict(Done{});
}

Verdict ImportRun::put(const IncomingCall &incoming, qint64 line)
{
    const auto applied = m_sink.put(incoming, m_now);
    if (!applied && applied.error().code == Error::Code::InvalidInput) {
        refuse({m_file, line, {}, applied.error().message});
        return Done{};
    }
    if (!applied)
        return applied.error();
    qint64 &count = *applied == Applied::Added ? m_report.added : *applied == Applied::Updated ? m_report.updated : m_report.unchanged;
    ++count;
    return Done{};
}

void ImportRun::refuse(const RowError &error)
{
    ++m_report.refused;
    RowError named = error;
    named.file = m_file;
    if (m_order.on_refused)
        m_order.on_refused(named);
    if (m_report.errors.size() < errorsKept)
        m_report.errors.append(named);
}

/** A desk that nobody has set up yet and that gets its first calls keeps the hours of the place where they come from. */
Verdict ImportRun::adoptZone()
{
    const bool asInstalled = workspaceToJson(m_sink.workspace()) == workspaceToJson(Workspace::standard());
    if (!m_order.mapping || m_order.mapping->zone.isEmpty() || m_order.mapping->zone == m_sink.workspace().zone || !asInstalled)
        return Done{};
    const auto inUse = m_sink.hasCalls();
    if (!inUse || *inUse)
        return inUse ? Verdict(Done{}) : Verdict(inUse.error());
    Workspace workspace = m_sink.workspace();
    workspace.zone = m_order.mapping->zone;
    workspace.calendar.zone = workspace.zone;
    workspace.sla.calendar.zone = workspace.zone;
    m_report.adopted_zone = workspace.zone;
    return m_sink.setWorkspace(workspace);
}

} // namespace

Result<ImportReport> importFile(CallSink &sink, const ImportOrder &order, TimeMs now, const ImportProgress &progress)
{
    return ImportRun(sink, order, now, progress).run();
}

Result<Mapping> readMapping(const QString &name)
{
    QFile file(name);
    if (!file.open(QIODevice::ReadOnly))
        return Error{Error::Code::Io, QStringLiteral("The mapping %1 cannot be read: %2").arg(name, file.errorString()), {}, false};
    if (file.size() > largestMapping)
        return Error{Error::Code::InvalidInput, QStringLiteral("%1 is too large for a mapping. Is it the file with the calls?").arg(name), {}, false};
    return mappingFromJson(file.readAll(), QFileInfo(name).fileName());
}

} // namespace calldeck

#include "jobs/ExportWork.h"

#include "jobs/RowSink.h"
#include "rules/LocalTime.h"
#include "store/CallList.h"
#include "store/Mail.h"
#include "store/Moment.h"
#include "database/CrashPoint.h"
#include "sync/CallState.h"
#include "sync/Settings.h"

#include <QCryptographicHash>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int pageRows = CallListRequest::most;
constexpr int pagesPerRenewal = 5;

Error lostJob() { return {Error::Code::Cancelled, u"The export was cancelled."_s, {}, false}; }

/** One export on its way into its file. */
class ExportRun
{
public:
    ExportRun(JobContext &context, const ExportParts &parts, SqlConnection &beside)
        : m_context(context), m_parts(parts), m_beside(beside), m_format(context.job.args.value(u"format"_s).toString()), m_now(serverNow()),
          m_part(QString(context.job.id % u'-' % context.job.lease % u".part"_s))
    {
    }
    ~ExportRun() { (void)m_parts.folder->remove(m_part); }
    ExportRun(const ExportRun &) = delete;
    ExportRun &operator=(const ExportRun &) = delete;

    /** False when the job is not ours any more. */
    Result<bool> run()
    {
        // What an earlier try of this process left.
        (void)m_parts.folder->remove(m_part);
        auto file = m_parts.folder->create(m_part);
        if (!file)
            return file.error();
        const Verdict filled = fill(**file);
        if (!filled)
            return filled.error().code == Error::Code::Cancelled && !m_context.isStopping() ? Result<bool>(false) : filled.error();
        const qint64 bytes = (*file)->size();
        // A name of this try's own: a slower one that has lost the job meanwhile can neither take its place nor remove it.
        const QString name = QString(m_context.job.id % u'-' % m_context.job.lease % u'.' % m_format);
        // The same holder may try a second time: what is published is of the moment that is told.
        (void)m_parts.folder->remove(name);
        if (Verdict done = m_parts.folder->publish(**file, m_part, name); !done)
            return done.error();
        crashAt("X1");
        return finish(name, bytes);
    }

private:
    Verdict fill(QFile &file)
    {
        const auto begun = WorkspaceTx::begin(m_context.connection, m_context.ws, WorkspaceTx::Mode::Read);
        if (!begun)
            return begun.error();
        WorkspaceTx &tx = **begun;
        const auto settings = settingsOf(tx);
        if (!settings)
            return settings.error();
        const auto filter = callFilterFromJson(m_context.job.args.value(u"filters"_s).toObject(), (*settings)->region);
        const auto total = filter ? countCalls(tx, *filter, m_now) : Result<qint64>(filter.error());
        if (!total)
            return total.error();
        m_context.job.total = *total;
        if (m_format == u"pdf"_s && *total > ExportLimits::pdf_rows)
            return Error{Error::Code::InvalidInput, u"A PDF has at most %1 calls and these are %2. Narrow the filter, or export CSV."_s.arg(ExportLimits::pdf_rows).arg(*total), {}, false};
        const auto sink = m_format == u"pdf"_s ? pdfSink(file, pdfLook(**settings)) : csvSink(file);
        Verdict done = sink->begin();
        if (done)
            done = writeRows(tx, *filter, *sink);
        if (done)
            done = sink->end();
        if (done && m_context.job.done != *total)
            done = Error{Error::Code::Damaged, u"The export has %1 calls but the workspace %2. No file was made."_s.arg(m_context.job.done).arg(*total), {}, false};
        return done;
    }

    PdfLook pdfLook(const Workspace &settings) const
    {
        const QTimeZone zone(settings.zone);
        const QString at = localTime(m_now, zone).toString(u"yyyy-MM-dd HH:mm"_s);
        return {m_parts.pdf_font, u"Calls of %1"_s.arg(settings.name), u"%1 calls, as of %2. All times are those of %3."_s.arg(m_context.job.total).arg(at, QString::fromLatin1(settings.zone)), zone,
                m_context.job.total};
    }

    Verdict writeRows(WorkspaceTx &tx, const CallListFilter &filter, RowSink &sink)
    {
        m_context.job.done = 0;
        CallListRequest request{filter, CallListSort::StartedAt, false, pageRows, {}};
        for (int page = 1;; ++page) {
            const auto rows = readCallPage(tx, request, m_now);
            if (!rows)
                return rows.error();
            for (const CallListRow &row : rows->rows) {
                const auto state = callStateFromRow(parsedObject(row.row));
                if (!state)
                    return Error{Error::Code::Damaged, u"A call cannot be read. No file was made."_s, state.error().message.left(80), false};
                if (Verdict added = sink.add(state->call); !added)
                    return added;
            }
            m_context.job.done += rows->rows.size();
            if (rows->next.isEmpty())
                return Done{};
            request.cursor = rows->next;
            if (page % pagesPerRenewal == 0) {
                if (Verdict kept = renew(); !kept)
                    return kept;
            }
        }
    }

    /** Beside the reading transaction, which shows one moment only. */
    Verdict renew()
    {
        if (m_context.isStopping())
            return lostJob();
        const auto kept = withRetries(m_beside, [&]() -> Result<bool> {
            const auto tx = WorkspaceTx::begin(m_beside, m_context.ws, WorkspaceTx::Mode::Write);
            const auto ours = tx ? keepJob(**tx, m_context.job, serverNow()) : Result<bool>(tx.error());
            if (!ours || !*ours)
                return ours;
            const Verdict done = (*tx)->commit();
            return done ? Result<bool>(true) : done.error();
        });
        if (!kept)
            return kept.error();
        return *kept ? Verdict(Done{}) : Verdict(lostJob());
    }

    Result<bool> finish(const QString &name, qint64 bytes)
    {
        const auto digest = digestOf(name);
        if (!digest)
            return digest.error();
        Job &job = m_context.job;
        job.state = u"completed"_s;
        job.result = {{u"rows"_s, job.done}, {u"bytes"_s, bytes}, {u"sha256"_s, *digest}, {u"format"_s, m_format}, {u"file"_s, name}};
        const auto begun = WorkspaceTx::begin(m_context.connection, m_context.ws, WorkspaceTx::Mode::Write);
        if (!begun)
            return begun.error();
        WorkspaceTx &tx = **begun;
        const TimeMs now = serverNow();
        const auto ours = finishJob(tx, job, now);
        if (!ours)
            return ours;
        if (!*ours) {
            (void)m_parts.folder->remove(name);
            return false;
        }
        Verdict done = tx.audit({{u"at"_s, isoUtc(now)}, {u"actor"_s, job.account}, {u"action"_s, u"export"_s}, {u"job"_s, job.id}, {u"rows"_s, job.done}, {u"format"_s, m_format},
                                 {u"sha256"_s, *digest}});
        if (done && job.args.value(u"email"_s).toBool())
            done = queueExportMail(tx, job.account, job.id, job.done, now);
        if (done)
            done = tx.commit();
        if (!done)
            return done.error();
        removeExportFiles(*m_parts.folder, job.id, name);
        return false;
    }

    Result<QString> digestOf(const QString &name) const
    {
        const auto file = m_parts.folder->read(name);
        if (!file)
            return file.error();
        QCryptographicHash hash(QCryptographicHash::Sha256);
        if (!hash.addData(file->get()))
            return Error{Error::Code::Io, u"The export cannot be read back."_s, {}, true};
        return QString::fromLatin1(hash.result().toHex());
    }

    JobContext &m_context;
    const ExportParts &m_parts;
    SqlConnection &m_beside;
    const QString m_format;
    const TimeMs m_now;
    const QString m_part;
};

} // namespace

QString exportFileName(const Job &job) { return job.result.value(u"file"_s).toString(); }

void removeExportFiles(const DataFolder &folder, const QString &job, const QString &but)
{
    for (const QString &name : folder.olderThan(0)) {
        if (name.startsWith(job) && name != but)
            (void)folder.remove(name);
    }
}

qint64 exportSeconds(qint64 rows, const QString &format)
{
    constexpr qint64 csvPerSecond = 10'000;
    constexpr qint64 pdfPerSecond = 2'000;
    return 1 + rows / (format == u"pdf"_s ? pdfPerSecond : csvPerSecond);
}

Result<bool> exportStep(JobContext &context, const ExportParts &parts)
{
    const auto beside = SqlConnection::open(context.target, SqlSchema::Migrate);
    if (!beside)
        return beside.error();
    return ExportRun(context, parts, **beside).run();
}

} // namespace calldeck

#include "jobs/RowSink.h"

#include "rules/CsvCells.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

class CsvSink : public RowSink
{
public:
    explicit CsvSink(QFile &file) : m_file(file) {}
    Verdict begin() override { return put(callCsvHeader()); }
    Verdict add(const Call &call) override { return put(callCsvLine(call)); }
    Verdict end() override { return flush(); }

private:
    Verdict put(const QByteArray &line)
    {
        constexpr qsizetype enough = 256 * 1024;
        m_waiting += line;
        return m_waiting.size() < enough ? Verdict(Done{}) : flush();
    }
    Verdict flush()
    {
        const Verdict done = writeAll(m_file, m_waiting);
        m_waiting.clear();
        return done;
    }

    QFile &m_file;
    QByteArray m_waiting;
};

} // namespace

Verdict writeAll(QFile &file, QByteArrayView bytes)
{
    if (file.write(bytes.data(), bytes.size()) != bytes.size())
        return Error{Error::Code::DiskFull, u"The file could not be written. Is there room on the backend's disk?"_s, file.errorString(), false};
    return Done{};
}

std::unique_ptr<RowSink> csvSink(QFile &file) { return std::make_unique<CsvSink>(file); }

} // namespace calldeck

#include "ingest/RowReader.h"

#include "ingest/DelimitedReader.h"
#include "ingest/JsonLinesReader.h"

#include <QFileInfo>

namespace calldeck
{

namespace
{

FileFormat formatByName(const QString &file)
{
    QString name = file.toLower();
    if (name.endsWith(QStringLiteral(".gz")))
        name.chop(3);
    const QString suffix = QFileInfo(name).suffix();
    const bool json = suffix == QStringLiteral("jsonl") || suffix == QStringLiteral("ndjson") || suffix == QStringLiteral("json");
    return json ? FileFormat::JsonLines : FileFormat::Delimited;
}

template <class Reader> Result<std::unique_ptr<RowReader>> begun(std::unique_ptr<Reader> reader)
{
    if (Verdict ready = reader->begin(); !ready)
        return ready.error();
    return std::unique_ptr<RowReader>(std::move(reader));
}

} // namespace

RowReader::~RowReader() = default;

QString rowErrorText(const RowError &error)
{
    QString text = QStringLiteral("%1:%2: ").arg(error.file).arg(error.line);
    if (!error.column.isEmpty())
        text += QStringLiteral("column %1: ").arg(error.column);
    return text + error.reason;
}

Result<std::unique_ptr<RowReader>> openRows(const QString &file, const RowFormat &format)
{
    auto text = TextSource::open(file, format.encoding);
    if (!text)
        return text.error();
    if (format.format.value_or(formatByName(file)) == FileFormat::JsonLines)
        return begun(std::make_unique<JsonLinesReader>(file, *std::move(text)));
    return begun(std::make_unique<DelimitedReader>(file, *std::move(text), format));
}

} // namespace calldeck

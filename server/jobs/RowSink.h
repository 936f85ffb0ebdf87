#pragma once

#include "records/Call.h"

#include <QFile>
#include <QTimeZone>
#include <memory>

namespace calldeck
{

/** Takes the calls of an export one by one and writes them in some format. One thread. */
class RowSink
{
public:
    virtual ~RowSink() = default;
    virtual Verdict begin() = 0;
    virtual Verdict add(const Call &call) = 0;
    virtual Verdict end() = 0;
};

/** Writes all of it; the error says that there is no room. */
Verdict writeAll(QFile &file, QByteArrayView bytes);

/** RFC 4180 with every field and the tags; imports again. */
std::unique_ptr<RowSink> csvSink(QFile &file);
struct PdfLook {
    QString font; ///< see ExportParts::pdf_font
    QString title;
    QString subtitle;
    QTimeZone zone = QTimeZone::utc(); ///< of all times
    qint64 rows = 0;                   ///< that will come, for "page x of y"
};
/** A table on A4 pages across with the fields that a person reads. */
std::unique_ptr<RowSink> pdfSink(QFile &file, const PdfLook &look);

} // namespace calldeck

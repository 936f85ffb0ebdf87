#pragma once

#include "records/Call.h"

namespace calldeck
{

/** The header of an exported CSV file: every field in its order, then `tags`. A file with this header reads back equal. */
const QStringList &exportColumns();
/** One cell as RFC 4180 writes it: in quotes when it holds a separator, a quote or a line end. */
void appendCsvCell(QByteArray &line, const QString &text);

/** The lines of an exported file, each with its end: texts guarded, then written as cells. */
QByteArray callCsvHeader();
QByteArray callCsvLine(const Call &call);

/** A spreadsheet runs a text that begins with = + - @ TAB or CR as a formula: such a text gets a leading ' that unguarded() takes off. */
QString guarded(const QString &text);
QString unguarded(const QString &text);

/** "vip; storm" as one cell; a semicolon or backslash inside a tag is written with a backslash before it. */
QString joinedTags(const QStringList &tags);
QStringList splitTags(const QString &text);

} // namespace calldeck

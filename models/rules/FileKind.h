#pragma once

#include <QByteArray>
#include <QString>

namespace calldeck
{

/**
 * A file's name as it may be shown and saved anywhere: the part after the last slash, without control, invisible and text-direction
 * characters and without / \ : * ? " < > |, no name that a system keeps for itself, at most 200 bytes with its ending kept. Never empty.
 */
QString cleanFileName(const QString &name);

/** Kinds of files that may be attached, in lower case. */
bool isAttachable(const QByteArray &type);
/** Does the content begin as a file of this kind does? Text must be UTF-8 without zero bytes as a whole. */
bool looksLike(const QByteArray &type, QByteArrayView content);

} // namespace calldeck

#pragma once

#include <QByteArray>
#include <QString>
#include <ostream>

// GoogleTest looks these up beside the type, in the global namespace.
inline void PrintTo(const QString &text, std::ostream *out) { *out << '"' << text.toStdString() << '"'; }
inline void PrintTo(const QByteArray &bytes, std::ostream *out) { *out << '"' << bytes.toStdString() << '"'; }

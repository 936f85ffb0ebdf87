#pragma once

#include "ingest/RowReader.h"

#include <QHash>

class QJsonObject;

namespace calldeck
{

/** One JSON object a line. Keys of nested objects are joined with a dot ("caller.number"); lists stay JSON text. */
class JsonLinesReader : public RowReader
{
public:
    JsonLinesReader(QString file, std::unique_ptr<TextSource> text) : m_text(std::move(text)), m_file(std::move(file)) {}

    Verdict begin();
    Read next(RawRow &row) override;
    const QStringList &columns() const override { return m_columns; }
    double progress() const override { return m_text->progress(); }

private:
    Read refuse(const QString &column, const QString &reason);
    std::optional<QString> readLine();
    void flatten(const QJsonObject &object, const QString &prefix, RawRow &row);

    std::unique_ptr<TextSource> m_text;
    QString m_file;
    QByteArray m_line;
    QStringList m_columns;
    QHash<QString, int> m_indexes;
    std::optional<QString> m_badColumn;
    QString m_badReason;
};

} // namespace calldeck

#include "rules/CsvCells.h"

namespace calldeck
{

namespace
{

bool wouldRun(QStringView text)
{
    while (!text.isEmpty() && text.front() == u'\'')
        text = text.sliced(1);
    return !text.isEmpty() && QStringView(u"=+-@\t\r").contains(text.front());
}

} // namespace

const QStringList &exportColumns()
{
    static const QStringList columns = [] {
        QStringList names;
        for (const CallFieldInfo &info : callFields())
            names.append(QLatin1String(info.name));
        names.append(QStringLiteral("tags"));
        return names;
    }();
    return columns;
}

void appendCsvCell(QByteArray &line, const QString &text)
{
    const bool quoted = std::any_of(text.cbegin(), text.cend(), [](QChar c) { return c == u',' || c == u'"' || c == u'\n' || c == u'\r'; });
    if (!quoted) {
        line += text.toUtf8();
        return;
    }
    QByteArray inside = text.toUtf8();
    inside.replace('"', "\"\"");
    line += '"';
    line += inside;
    line += '"';
}

QString guarded(const QString &text) { return wouldRun(text) ? QString(u'\'' + text) : text; }
QString unguarded(const QString &text) { return text.startsWith(u'\'') && wouldRun(text) ? text.sliced(1) : text; }

QByteArray callCsvHeader()
{
    QByteArray line;
    for (const QString &column : exportColumns())
        line += (line.isEmpty() ? QByteArray() : QByteArray(1, ',')) + column.toUtf8();
    return line + "\r\n";
}

QByteArray callCsvLine(const Call &call)
{
    QByteArray line;
    forEachField(call, [&](CallField field, const auto &) {
        const QString text = fieldText(call, field);
        appendCsvCell(line, infoOf(field).kind == FieldKind::Text ? guarded(text) : text);
        line += ',';
    });
    appendCsvCell(line, guarded(joinedTags(call.tags)));
    return line + "\r\n";
}

QString joinedTags(const QStringList &tags)
{
    QStringList cells;
    for (QString tag : tags)
        cells.append(tag.replace(u'\\', QStringLiteral("\\\\")).replace(u';', QStringLiteral("\\;")));
    return cells.join(QStringLiteral("; "));
}

QStringList splitTags(const QString &text)
{
    QStringList tags;
    QString tag;
    const auto finish = [&] {
        if (const QString trimmed = tag.trimmed(); !trimmed.isEmpty() && !tags.contains(trimmed))
            tags.append(trimmed);
        tag.clear();
    };
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] == u'\\' && i + 1 < text.size())
            tag += text[++i];
        else if (text[i] == u';')
            finish();
        else
            tag += text[i];
    }
    finish();
    return tags;
}

} // namespace calldeck

#include "sync/Edit.h"

#include "rules/JsonReader.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

QJsonObject editToJson(const Edit &edit)
{
    return {{u"mid"_s, edit.mid}, {u"lseq"_s, edit.lseq}, {u"kind"_s, edit.kind}, {u"id"_s, edit.id},
            {u"op"_s, edit.op}, {u"args"_s, edit.args}, {u"base_ver"_s, edit.base_ver}, {u"at"_s, isoUtc(edit.at)}};
}

Result<Edit> editFromJson(const QJsonValue &json, const QString &path)
{
    constexpr qsizetype longestName = 200;
    QString problem;
    JsonReader reader(json, path, problem);
    Edit edit;
    edit.mid = reader.text(u"mid"_s);
    edit.lseq = reader.integer(u"lseq"_s);
    edit.kind = reader.text(u"kind"_s);
    edit.id = reader.text(u"id"_s);
    edit.op = reader.text(u"op"_s);
    edit.args = reader.members(u"args"_s);
    edit.base_ver = reader.integer(u"base_ver"_s);
    edit.at = reader.time(u"at"_s);
    for (const auto &[key, value] : {std::pair(u"mid"_s, edit.mid), std::pair(u"id"_s, edit.id)}) {
        if (value.isEmpty() || value.size() > longestName || value.contains(QChar::Null))
            reader.fail(key, u"must have 1 to %1 characters"_s.arg(longestName));
    }
    if (edit.lseq < 1)
        reader.fail(u"lseq"_s, u"must be 1 or more"_s);
    if (edit.base_ver < 0)
        reader.fail(u"base_ver"_s, u"must not be negative"_s);
    if (!problem.isEmpty())
        return Error{Error::Code::InvalidInput, problem, {}, false};
    return edit;
}

} // namespace calldeck

#include "api/CallChange.h"

#include "api/RestHandlers.h"
#include "rules/JsonReader.h"
#include "sync/EditRules.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qsizetype mostTags = 100;
const QStringList dispositionKeys{u"notes"_s, u"outcome"_s, u"follow_up_at"_s, u"amount_cents"_s};

class ChangeReader
{
public:
    ChangeReader(QString id, const QJsonObject &body, const Workspace &workspace) : m_id(std::move(id)), m_body(body), m_workspace(workspace) {}

    Result<QList<RestEdit>> run()
    {
        const auto base = baseVerOf(m_body);
        if (!base)
            return base.error();
        m_base = *base;
        readFields();
        readTags(u"tags_add"_s, u"tag+"_s);
        readTags(u"tags_remove"_s, u"tag-"_s);
        readFlag(u"emergency"_s, {});
        readDisposition();
        readRest();
        // Last: it closes what is open, also what this request opens.
        readFlag(u"do_not_contact"_s, m_reader.optionalText(u"do_not_contact_reason"_s));
        if (!m_problem.isEmpty())
            return Error{Error::Code::InvalidInput, m_problem, {}, false};
        if (m_edits.isEmpty())
            return Error{Error::Code::InvalidInput, u"body must say what to change."_s, {}, false};
        return m_edits;
    }

private:
    bool has(const QString &key) const { return m_body.contains(key); }
    bool decides() const { return has(u"disposition"_s); }
    void add(const QString &op, const QJsonObject &args, const QString &field) { m_edits.append({u"call"_s, m_id, op, args, field, m_base}); }

    void readFields()
    {
        QJsonObject fields;
        for (auto it = m_body.begin(); it != m_body.end(); ++it) {
            const auto field = callFieldNamed(it.key());
            const bool isPartOfDecision = decides() && it.key() == u"transferred_to"_s;
            if (field && isSettable(*field) && !isPartOfDecision)
                fields.insert(it.key(), *it);
        }
        if (!fields.isEmpty())
            add(u"set"_s, fields, fields.begin().key());
    }
    void readTags(const QString &key, const QString &op)
    {
        QStringList tags = m_reader.optionalTexts(key);
        tags.removeDuplicates();
        if (tags.size() > mostTags)
            m_reader.fail(key, u"must have at most %1 tags"_s.arg(mostTags));
        for (const QString &tag : tags)
            add(op, {{u"tag"_s, tag}}, key);
    }
    void readFlag(const QString &flag, const QString &reason)
    {
        if (!has(flag))
            return;
        const bool on = m_reader.boolean(flag);
        QJsonObject args{{u"flag"_s, flag}};
        if (on && !reason.isEmpty())
            args.insert(u"reason"_s, reason);
        add(on ? u"flag+"_s : u"flag-"_s, args, flag);
    }
    void readDisposition()
    {
        for (const QString &key : dispositionKeys) {
            if (!decides() && has(key))
                m_reader.fail(key, u"goes with a disposition"_s);
        }
        if (!decides())
            return;
        const DispositionRule *rule = dispositionNamed(m_workspace.dispositions, m_reader.text(u"disposition"_s));
        if (rule && has(u"outcome"_s) && m_reader.word<Outcome>(u"outcome"_s) != rule->outcome)
            m_reader.fail(u"outcome"_s, u"is fixed by the disposition: leave it out or send %1"_s.arg(wireWord(rule->outcome)));
        QJsonObject args;
        for (const QString &key : {u"disposition"_s, u"notes"_s, u"follow_up_at"_s, u"amount_cents"_s, u"transferred_to"_s}) {
            if (has(key))
                args.insert(key, m_body.value(key));
        }
        add(u"disposition"_s, args, u"disposition"_s);
    }
    void readRest()
    {
        if (has(u"skip_reason"_s))
            add(u"skip"_s, {{u"reason"_s, m_reader.text(u"skip_reason"_s)}}, u"skip_reason"_s);
        if (has(u"contact_id"_s))
            add(u"link"_s, {{u"contact"_s, m_reader.text(u"contact_id"_s)}}, u"contact_id"_s);
        if (has(u"note"_s))
            add(u"note"_s, {{u"text"_s, m_reader.text(u"note"_s)}}, u"note"_s);
        if (has(u"note_edit"_s)) {
            const QJsonObject edit = m_reader.members(u"note_edit"_s);
            add(u"note_edit"_s, {{u"note"_s, edit.value(u"id"_s)}, {u"text"_s, edit.value(u"text"_s)}}, u"note_edit"_s);
        }
        if (has(u"resolve"_s))
            add(u"resolve"_s, m_reader.members(u"resolve"_s), u"resolve"_s);
    }

    const QString m_id;
    const QJsonObject &m_body;
    const Workspace &m_workspace;
    OptionalInt m_base;
    QString m_problem;
    JsonReader m_reader{m_body, QString(), m_problem};
    QList<RestEdit> m_edits;
};

} // namespace

QStringList callChangeKeys()
{
    QStringList keys{u"disposition"_s, u"tags_add"_s, u"tags_remove"_s, u"emergency"_s, u"do_not_contact"_s, u"do_not_contact_reason"_s, u"skip_reason"_s,
                     u"contact_id"_s,  u"note"_s,     u"note_edit"_s,   u"resolve"_s,   u"base_ver"_s};
    keys.append(dispositionKeys);
    for (const CallFieldInfo &info : callFields()) {
        if (isSettable(*callFieldNamed(QString::fromLatin1(info.name))))
            keys.append(QLatin1String(info.name));
    }
    return keys;
}

Result<QList<RestEdit>> callEditsOf(const QString &id, const QJsonObject &body, const Workspace &workspace) { return ChangeReader(id, body, workspace).run(); }

Result<OptionalInt> baseVerOf(const QJsonObject &body)
{
    QString problem;
    JsonReader reader(body, QString(), problem);
    const OptionalInt base = reader.optionalInteger(u"base_ver"_s);
    if (base && *base < 0)
        reader.fail(u"base_ver"_s, u"must not be negative"_s);
    if (!problem.isEmpty())
        return Error{Error::Code::InvalidInput, problem, {}, false};
    return base;
}

} // namespace calldeck

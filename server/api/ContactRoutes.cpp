#include "api/Answers.h"
#include "api/EntityAnswers.h"
#include "api/Query.h"
#include "api/RestHandlers.h"
#include "api/RestRun.h"
#include "api/RowTexts.h"
#include "rules/JsonReader.h"
#include "rules/Phone.h"
#include "store/CallTable.h"
#include "store/EntityList.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

/** The contact with what the do-not-contact list says of its number. */
Result<QByteArray> contactText(WorkspaceTx &tx, const Entity &contact)
{
    QJsonObject json = parsedObject(contact.row);
    const QString number = json.value(u"number"_s).toString();
    const auto listed = number.isEmpty() ? Result<std::optional<ListedNumber>>(std::nullopt) : findListed(tx, number);
    if (!listed)
        return listed.error();
    json.insert(u"ver"_s, contact.ver);
    json.insert(u"do_not_contact"_s, listed->has_value());
    if (*listed)
        json.insert(u"do_not_contact_reason"_s, (*listed)->reason);
    return compactJson(json);
}

QJsonObject reasonArgs(const QJsonObject &body) { return body.contains(u"reason"_s) ? QJsonObject{{u"reason"_s, body.value(u"reason"_s)}} : QJsonObject(); }

/** `op` on the number of the contact in the path. */
HttpResponse writeDnc(ApiCall &call, const QString &op, const QJsonObject &args)
{
    return inOneWrite(call, [&](RestRun &run) -> Result<HttpResponse> {
        const auto contact = findEntity(run.tx(), u"contact"_s, pathPart(call, 2));
        if (!contact)
            return contact.error();
        if (!*contact || (*contact)->deleted)
            return failed({Error::Code::NotFound, {}, {}, false});
        const QString number = parsePhone(parsedObject((*contact)->row).value(u"number"_s).toString(), run.workspace().region).e164;
        if (number.isEmpty())
            return problem(409, u"no_number"_s, u"The contact has no number"_s, u"The list is one of numbers: give the contact one first."_s);
        if (!run.take({u"number"_s, number, op, args, u"reason"_s}))
            return run.refusal();
        if (op == u"del"_s)
            return nothingAnswer();
        const auto text = contactText(run.tx(), **contact);
        if (!text)
            return text.error();
        return oneAnswer("contact", *text);
    });
}

/** `op` on a number as it was typed. */
HttpResponse writeNumber(ApiCall &call, const QString &typed, const QString &op, const QJsonObject &args)
{
    return inOneWrite(call, [&](RestRun &run) -> Result<HttpResponse> {
        const QString number = parsePhone(typed, run.workspace().region).e164;
        if (number.isEmpty())
            return badField(u"number"_s, u"must be a telephone number"_s);
        if (!run.take({u"number"_s, number, op, args, u"reason"_s}))
            return run.refusal();
        return op == u"del"_s ? nothingAnswer() : entityAnswer(run.tx(), "blocked_number", u"number"_s, number, 201);
    });
}

} // namespace

HttpResponse searchContacts(ApiCall &call)
{
    const auto text = textIn(call.request, u"q"_s);
    const auto limit = numberIn(call.request, u"limit"_s, 1, CallListRequest::most);
    if (!text || !limit)
        return failed(!text ? text.error() : limit.error());
    if (text->trimmed().isEmpty())
        return badField(u"q"_s, u"must say what to look for"_s);
    const auto tx = reading(call);
    if (!tx)
        return failed(tx.error());
    const auto contacts = findContacts(**tx, *text, static_cast<int>(limit->value_or(CallListRequest::usual)));
    if (!contacts)
        return failed(contacts.error());
    QByteArrayList texts;
    for (const Entity &contact : *contacts) {
        const auto one = contactText(**tx, contact);
        if (!one)
            return failed(one.error());
        texts.append(*one);
    }
    return listAnswer("contacts", texts, {});
}

HttpResponse listContactNumber(ApiCall &call) { return writeDnc(call, u"create"_s, reasonArgs(call.body)); }

HttpResponse changeContactReason(ApiCall &call)
{
    if (!call.body.contains(u"reason"_s))
        return badField(u"reason"_s, u"is missing"_s);
    return writeDnc(call, u"set"_s, reasonArgs(call.body));
}

HttpResponse unlistContactNumber(ApiCall &call) { return writeDnc(call, u"del"_s, {}); }

HttpResponse listBlockedNumbers(ApiCall &call) { return entitiesAnswer(call, "blocked_numbers", u"number"_s); }

HttpResponse blockNumber(ApiCall &call)
{
    if (!call.body.value(u"number"_s).isString())
        return badField(u"number"_s, u"must be a text"_s);
    return writeNumber(call, call.body.value(u"number"_s).toString(), u"create"_s, reasonArgs(call.body));
}

HttpResponse unblockNumber(ApiCall &call) { return writeNumber(call, pathPart(call, 2), u"del"_s, {}); }

} // namespace calldeck

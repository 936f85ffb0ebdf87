#include "api/EntityAnswers.h"

#include "api/Answers.h"
#include "api/Query.h"
#include "api/RowTexts.h"
#include "store/EntityList.h"

namespace calldeck
{

HttpResponse entitiesAnswer(ApiCall &call, const char *plural, const QString &kind)
{
    const auto query = pageQueryOf(call.request);
    if (!query)
        return failed(query.error());
    const auto tx = reading(call);
    if (!tx)
        return failed(tx.error());
    const auto page = readEntities(**tx, kind, query->limit, query->cursor);
    if (!page)
        return failed(page.error());
    QByteArrayList texts;
    for (const Entity &entity : page->records)
        texts.append(rowText(entity.ver, entity.row));
    return listAnswer(plural, texts, page->next);
}

Result<HttpResponse> entityAnswer(WorkspaceTx &tx, const char *name, const QString &kind, const QString &id, int status)
{
    const auto entity = findEntity(tx, kind, id);
    if (!entity)
        return entity.error();
    if (!*entity || (*entity)->deleted)
        return failed({Error::Code::NotFound, {}, {}, false});
    return oneAnswer(name, rowText((*entity)->ver, (*entity)->row), status);
}

} // namespace calldeck

#pragma once

#include "store/EntityTable.h"
#include "sync/CallState.h"

namespace calldeck
{

/** Was the record erased by law? Its id is kept only as a hash. */
Result<bool> isErased(WorkspaceTx &tx, const QString &kind, const QString &id);
/** isErased() and findErasedListing() of the same come soon: see SqlStatement::foresee(). */
void foreseeErased(WorkspaceTx &tx, const QString &kind, const QString &id);
void foreseeErasedListing(WorkspaceTx &tx, const QString &number);
/** Empties a deleted record so that the feed says it was erased: a desk then drops the texts that it has of it. */
Verdict markErased(WorkspaceTx &tx, const QString &kind, const QString &id, TimeMs now);
/** The row that a record has then. */
QByteArrayView erasedRow();

/** What stands for a number where it must not be read: a keyed hash, nothing without the store's secret. */
QString hiddenNumber(WorkspaceTx &tx, const QString &number);
/** An erased person who had asked not to be contacted is not contacted: of the number only a keyed hash is kept. Needs the store's secret. */
Verdict keepErasedListing(WorkspaceTx &tx, const QString &number, TimeMs now);
Result<std::optional<ListedNumber>> findErasedListing(WorkspaceTx &tx, const QString &number);
Verdict forgetErasedListing(WorkspaceTx &tx, const QString &number);

} // namespace calldeck

#pragma once

#include "store/WorkspaceTx.h"
#include "sync/CallState.h"

#include <QStringList>
#include <span>

namespace calldeck
{

/** Whose records: by number, or by contact, whose number counts then as well. */
struct Person {
    QString number; ///< E.164
    QString contact;
};

/** Where they are in a workspace. */
struct PersonRecords {
    QString number; ///< "" for a contact without one
    QStringList contacts;
    QStringList calls;
    std::optional<ListedNumber> listed; ///< asked not to be contacted; also when only a hash of it is left
};
/** NotFound when nothing is known of the person. */
Result<PersonRecords> recordsOf(WorkspaceTx &tx, const Person &person);

struct ErasureResult {
    int calls = 0;
    int contacts = 0;
    QStringList blobs;       ///< names of the bytes of attachments, which the caller removes: they lie outside the store
    bool was_listed = false; ///< had asked not to be contacted: goes on to be observed
};

/** An erasure under way. */
struct ErasureRun {
    WorkspaceTx &tx;
    const PersonRecords &records;
    TimeMs now;
    ErasureResult &result;
};

/**
 * One kind of what a workspace holds about a person. What is disclosed and what is erased is the same list: who adds a kind says both.
 */
struct PersonPart {
    const char *name; ///< in the document that discloses it
    Result<QJsonArray> (*read)(WorkspaceTx &tx, const PersonRecords &records);
    Verdict (*erase)(ErasureRun &run);
};
/** In the order in which they are erased. */
std::span<const PersonPart> personParts();

} // namespace calldeck

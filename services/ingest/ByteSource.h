#pragma once

#include "records/Result.h"

#include <memory>

namespace calldeck
{

/** The bytes of a file, unpacked when it is gzip (told by its content, not its name). Holds one block at a time. */
class ByteSource
{
public:
    /** The error says why the file cannot be read, or that it is a workbook or archive that must be saved as CSV first. */
    static Result<std::unique_ptr<ByteSource>> open(const QString &file);
    virtual ~ByteSource();

    /** Up to `room` bytes into `into`; 0 at the end. A cut, damaged or maliciously packed file is an error. */
    virtual Result<qint64> read(char *into, qint64 room) = 0;
    /** How much of the file on disk has been taken, 0 to 1. */
    virtual double progress() const = 0;
};

} // namespace calldeck

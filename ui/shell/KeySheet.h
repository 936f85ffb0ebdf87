#pragma once

#include "rules/Disposition.h"
#include "theme/Controls.h"

namespace calldeck
{

/** The sheet of all keys that `?` opens. */
class KeySheet : public Popover
{
    Q_OBJECT
public:
    KeySheet(const Theme &theme, const QList<DispositionRule> &dispositions, QWidget *window);
};

} // namespace calldeck

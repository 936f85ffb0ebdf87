#pragma once

#include <QEvent>

namespace calldeck
{

/**
 * Makes every button of the program press like a click for assistive technology. Qt's own description of a checkable button only
 * toggles its look, and nothing that listens to a click would hear of it. Once, before the first window.
 */
void installButtonAccess();

/** The type of the event that a button gets before assistive technology presses it: work at the desk as much as a key is. Who accepts it takes the press away. */
QEvent::Type assistedPress();

} // namespace calldeck

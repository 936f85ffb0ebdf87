#pragma once

namespace calldeck
{

/**
 * Makes every button of the program press like a click for assistive technology. Qt's own description of a checkable button only
 * toggles its look, and nothing that listens to a click would hear of it. Once, before the first window.
 */
void installButtonAccess();

} // namespace calldeck

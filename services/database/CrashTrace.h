#pragma once

namespace calldeck
{

/**
 * A process that ends by a fault of its own says on its error output where it was: the signal, and addresses within programs and libraries. Nothing of its memory is said: there
 * is no core dump. Once, in main(); threads that run out of stack say nothing, except the first.
 */
void traceCrashes();

} // namespace calldeck

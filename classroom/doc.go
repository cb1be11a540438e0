// Package classroom implements the actions of people, independent of the channel. An action
// is one method that takes an actor, asks package course for permission, changes the store
// in one transaction with its audit entry, and returns a typed reply. Channels (ssh
// commands, pages, grader admin) parse a request, call an action and show its reply.
//
// The store, the scheduler and other dependencies implement small interfaces, which are
// declared beside the actions that use them.
package classroom

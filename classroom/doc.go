// Package classroom holds the actions: what a person can do, whatever channel they come
// by. Each is one method that takes an actor, asks package course for permission,
// changes the store in one transaction together with its audit entry, and returns a
// typed reply. Channels (ssh commands, pages, grader admin) parse what they are sent,
// call an action and show its reply.
//
// The store, the scheduler and whoever else is needed satisfy small ports that stand
// beside the actions which use them.
package classroom

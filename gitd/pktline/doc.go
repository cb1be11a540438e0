// Package pktline is git's framing on the wire: pkt-lines, the command list of a
// push, its report and the side-band. It is pure: it reads and writes streams and
// knows nothing of repositories or people.
package pktline

// Package pktline implements git's framing on the wire: pkt-lines, the command list of a push, its
// report, and the side-band. It only reads and writes streams, and does not depend on repositories
// or people.
package pktline

package gitd

import "time"

// Limits on clients. A zero field takes its default.
type Limits struct {
	Connections     int           // at once; 0: 8192
	Strangers       int           // connections of one address that belong to no account; beyond it the oldest is closed; 0: 512
	UserConnections int           // connections of one account at once; 0: twice UserSessions
	UserSessions    int           // sessions of one account at once; 0: 64
	ConnectionSlots int           // sessions on one connection at once; 0: 16
	Handshake       time.Duration // from connecting to authentication; 0: 30 s
	Join            time.Duration // from authentication to the end of a connection that binds a key; 0: 30 s
	Command         time.Duration // from a session's start to its command; 0: 30 s
	List            time.Duration // from a session's start to the whole command list; 0: 60 s
	Pack            time.Duration // from the list to the last byte of the pack; 0: 120 s
	Unpack          time.Duration // from the last byte until git has finished; 0: 60 s
	Record          time.Duration // of recording a push after git has moved the ref; 0: 30 s
	Lock            time.Duration // waiting for another push to the same repository; 0: 60 s
	Fetch           time.Duration // of an upload-pack; 0: 10 min
	Session         time.Duration // of any session, including waiting; 0: 4 h
	Idle            time.Duration // of a connection without a session; 0: 5 min
	PackBytes       int64         // read and discarded after a refused list at most; 0: 64 MiB
	Keepalive       time.Duration // between keepalives to a waiting client; 0: 15 s
	Place           time.Duration // between two updates of the place in the queue; 0: 5 s
}

func (l Limits) withDefaults() Limits {
	l.Connections = orElse(l.Connections, 8192)
	l.Strangers = orElse(l.Strangers, 512)
	l.UserSessions = orElse(l.UserSessions, 64)
	l.UserConnections = orElse(l.UserConnections, 2*l.UserSessions)
	l.ConnectionSlots = orElse(l.ConnectionSlots, 16)
	l.Handshake = orElse(l.Handshake, 30*time.Second)
	l.Join = orElse(l.Join, 30*time.Second)
	l.Command = orElse(l.Command, 30*time.Second)
	l.List = orElse(l.List, time.Minute)
	l.Pack = orElse(l.Pack, 2*time.Minute)
	l.Unpack = orElse(l.Unpack, time.Minute)
	l.Record = orElse(l.Record, 30*time.Second)
	l.Lock = orElse(l.Lock, time.Minute)
	l.Fetch = orElse(l.Fetch, 10*time.Minute)
	l.Session = orElse(l.Session, 4*time.Hour)
	l.Idle = orElse(l.Idle, 5*time.Minute)
	l.PackBytes = orElse(l.PackBytes, 64<<20)
	l.Keepalive = orElse(l.Keepalive, 15*time.Second)
	l.Place = orElse(l.Place, 5*time.Second)
	return l
}

func orElse[N int | int64 | time.Duration](n, otherwise N) N {
	if n > 0 {
		return n
	}
	return otherwise
}

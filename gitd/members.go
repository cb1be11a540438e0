package gitd

import "sync"

// members holds the authenticated connections by account.
type members struct {
	mu     sync.Mutex
	byUser map[int64]map[*visitor]struct{}
}

// enter adds a connection to an account. It returns false if the account has reached the limit.
func (m *members) enter(user int64, v *visitor, limit int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.byUser[user]) >= limit {
		return false
	}
	if m.byUser == nil {
		m.byUser = make(map[int64]map[*visitor]struct{})
	}
	if m.byUser[user] == nil {
		m.byUser[user] = make(map[*visitor]struct{})
	}
	m.byUser[user][v] = struct{}{}
	return true
}

// leave removes a connection if enter added it.
func (m *members) leave(user int64, v *visitor) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.byUser[user], v)
	if len(m.byUser[user]) == 0 {
		delete(m.byUser, user)
	}
}

// of returns the connections of an account.
func (m *members) of(user int64) []*visitor {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make([]*visitor, 0, len(m.byUser[user]))
	for v := range m.byUser[user] {
		all = append(all, v)
	}
	return all
}

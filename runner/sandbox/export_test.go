package sandbox

import "errors"

// Rooms returns the wall's own processes that stay between steps under the uids of steps.
func (w *Wall) Rooms() map[int]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	rooms := map[int]bool{}
	for _, f := range w.forkers {
		if f.room != nil {
			rooms[f.room.pid] = true
		}
	}
	return rooms
}

// Stages returns the processes that start the programs of slots.
func (w *Wall) Stages() map[int]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	stages := map[int]bool{}
	for _, f := range w.forkers {
		if f.starter != nil {
			stages[f.starter.pid] = true
		}
	}
	return stages
}

// HasCgroup reports whether the first slot has a cgroup. Without one, usage is summed over processes.
func (w *Wall) HasCgroup() bool { return w.forkers[0].group != nil }

// NoRoom returns why the first slot cannot have a room.
func (w *Wall) NoRoom() error { return w.forkers[0].noRoom }

// ForbidRooms makes bubblewrap create the namespaces of every step.
func (w *Wall) ForbidRooms() {
	for _, f := range w.forkers {
		f.noRoom = errors.Join(errors.New("forbidden"), f.leaveRoom())
	}
}

// Package load plays a deadline night against a real scheduler and a real store: a
// crowd of students who push along the curve of such a night, and a cluster of
// runners that speak the real protocol over real connections and only pretend to
// grade. It measures what waiting costs, and holds the books: no job may be lost, and
// none may be done twice.
//
// The control plane is a process of its own (Plane), so that its memory and its
// processor time are its own; the crowd tells it what happens in lines of JSON.
package load

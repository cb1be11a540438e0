class Victim {}

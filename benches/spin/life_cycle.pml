/* theory::life_cycle for -DN= containers and -DR= resources, as one process that tries every event. */
#define ABSENT 0
#define CREATED 1
#define RUNNING 2
#define PAUSED 3
#define STOPPED 4
byte phase[N];
byte owner[R]; /* 0: none, c + 1: container c */

#define OWNERS_EXIST(r) (owner[r] == 0 || phase[owner[r] - 1] != ABSENT)
#define NOT_OF(r, c) (owner[r] != c + 1)
#if R == 4
#define ALL(P) (P(0) && P(1) && P(2) && P(3))
#define NONE(c) (NOT_OF(0, c) && NOT_OF(1, c) && NOT_OF(2, c) && NOT_OF(3, c))
#elif R == 7
#define ALL(P) (P(0) && P(1) && P(2) && P(3) && P(4) && P(5) && P(6))
#define NONE(c) (NOT_OF(0, c) && NOT_OF(1, c) && NOT_OF(2, c) && NOT_OF(3, c) && NOT_OF(4, c) && NOT_OF(5, c) && NOT_OF(6, c))
#endif
#define STEP(guard, change) :: d_step { guard -> change; assert(ALL(OWNERS_EXIST)) }
#define RESOURCE(r) \
  STEP(phase[_pid] == RUNNING && owner[r] == 0, owner[r] = _pid + 1) \
  STEP(owner[r] == _pid + 1, owner[r] = 0)

active [N] proctype Container() {
  do
  STEP(phase[_pid] == ABSENT, phase[_pid] = CREATED)
  STEP(phase[_pid] == CREATED || phase[_pid] == STOPPED, phase[_pid] = RUNNING)
  STEP(phase[_pid] == RUNNING, phase[_pid] = PAUSED)
  STEP(phase[_pid] == PAUSED, phase[_pid] = RUNNING)
  STEP(phase[_pid] == RUNNING || phase[_pid] == PAUSED, phase[_pid] = STOPPED)
  STEP(phase[_pid] == STOPPED && NONE(_pid), phase[_pid] = ABSENT)
  RESOURCE(0) RESOURCE(1) RESOURCE(2) RESOURCE(3)
#if R == 7
  RESOURCE(4) RESOURCE(5) RESOURCE(6)
#endif
  od
}

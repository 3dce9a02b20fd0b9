/* One stream of the exchange: outbox, leases, faulty network, inbox, and a dead message that people put right.
 *
 * Two workers send; each may crash at any step and forgets what it knew. The network loses and doubles what it carries
 * and gives it in any order. The receiver refuses the first message of number REFUSED for good, until it is itself put
 * right; people redrive that message, or replace it by another of the same number and chain while copies of the old one
 * may still be under way. Losses, copies, crashes and early ends of leases are bounded, so every run is finite: that no
 * run gets stuck (spin: no invalid end state) says that each ends with everything delivered and applied.
 *
 * Each -D WITHOUT_… takes one rule away; spin must then find a fault, or the model would prove nothing.
 * `make model` (python -m tests.model) runs all of it; docs/model.md says what it proves.
 */
#define NUMBERS 2
#define REFUSED 1
#define SUCCESSOR 3             /* id n is the first message of number n; this one replaces id REFUSED */
#define NUMBER_OF(id) ((id == SUCCESSOR) -> REFUSED : id)

#ifndef LOSSES
#define LOSSES 1
#endif
#ifndef COPIES
#define COPIES 1
#endif
#ifndef CRASHES
#define CRASHES 1
#endif
#ifndef LEASE_ENDS
#define LEASE_ENDS 1
#endif

mtype = { none, pending, leased, delivered, dead, replaced, voided };

/* The sender's database. */
mtype state[SUCCESSOR + 1];
byte token[SUCCESSOR + 1];

/* The receiver's database: the id it holds under each number, and how far it has applied. */
byte holds[NUMBERS + 1];
byte last_applied;
byte times_applied[NUMBERS + 1];
bool refuses = true;
bool judged;            /* people have put the dead message right */

/* An attempt carries an id under a token; what comes back says what the receiver holds (0: refused for good). */
chan there = [2] of { byte, byte };
chan back = [3] of { byte, byte, byte };

byte losses = LOSSES, copies = COPIES, crashes = CRASHES, lease_ends = LEASE_ENDS;

#define OPEN(id) (state[id] == pending || state[id] == leased || state[id] == dead)
#define AT_REST (last_applied == NUMBERS && !OPEN(1) && !OPEN(2) && !OPEN(SUCCESSOR) && empty(there))
#define IS_HEAD(id) (NUMBER_OF(id) == 1 || !(OPEN(1) || OPEN(SUCCESSOR)))

init {
  atomic {
    state[1] = pending;
    state[2] = pending;
    state[SUCCESSOR] = none;
    run worker(); run worker(); run receiver(); run applier(); run time_passes(); run people()
  }
}

proctype worker() {
  byte id, mine, held;
  do
  :: atomic {
       /* Claim the head: lease and token are committed before the call. */
       if
       :: state[1] == pending && IS_HEAD(1) -> id = 1
       :: state[2] == pending && IS_HEAD(2) -> id = 2
       :: state[SUCCESSOR] == pending && IS_HEAD(SUCCESSOR) -> id = SUCCESSOR
       :: AT_REST -> break
       fi;
       state[id] = leased;
       token[id]++;
       mine = token[id]
     };
     there ! id, mine;
     if
     :: back ?? eval(id), eval(mine), held ->
        atomic {
          /* Record under the own token, in one transaction. */
          if
#ifdef WITHOUT_TOKEN
          :: true ->
#else
          :: state[id] != leased || token[id] != mine -> skip
          :: state[id] == leased && token[id] == mine ->
#endif
             assert(state[id] != delivered || held == id);  /* what has a receipt keeps it */
             if
             :: held == 0 -> state[id] = dead
             :: held == id -> state[id] = delivered
             :: held != 0 && held != id ->
#ifdef WITHOUT_CHAIN
                state[id] = delivered
#else
                state[id] = voided;         /* another of the chain is held: it is delivered */
                state[held] = delivered
#endif
             fi
          fi
        }
     :: state[id] != leased || token[id] != mine -> skip    /* its lease ended while it waited */
     :: atomic { crashes > 0 -> crashes-- }                   /* it forgets; the lease ends by itself */
     fi;
     atomic { id = 0; mine = 0; held = 0 }
  od
}

proctype receiver() {
  byte id, asked, answer;
end:
  do
  :: atomic {
       if
       :: there ?? 1, asked -> id = 1
       :: there ?? 2, asked -> id = 2
       :: there ?? SUCCESSOR, asked -> id = SUCCESSOR
       fi;
       if
       :: losses > 0 -> losses--; goto next                  /* lost on its way */
       :: copies > 0 && nfull(there) -> copies--; there ! id, asked
       :: true
       fi
     };
     atomic {
       /* Store: one id a number (and so a chain); what is held is known again by its id. */
       answer = holds[NUMBER_OF(id)];
       if
       :: answer == 0 && id == REFUSED && refuses -> skip
       :: answer == 0 && !(id == REFUSED && refuses) -> holds[NUMBER_OF(id)] = id; answer = id
       :: answer != 0 ->
#ifdef WITHOUT_ONE_A_NUMBER
          holds[NUMBER_OF(id)] = id; answer = id
#else
          skip
#endif
       fi;
#ifdef WITHOUT_DEDUPLICATION
       if
       :: answer == id -> times_applied[NUMBER_OF(id)]++; assert(times_applied[NUMBER_OF(id)] == 1)
       :: else
       fi;
#endif
     };
     atomic {
       if
       :: losses > 0 -> losses--                              /* stored, and the answer lost */
       :: nfull(back) -> back ! id, asked, answer
       :: full(back) -> skip
       fi;
next:  id = 0; asked = 0; answer = 0
     }
  od
}

proctype applier() {
end:
  do
  :: atomic {
#ifdef WITHOUT_ORDER
       if
       :: holds[1] != 0 && times_applied[1] == 0 -> times_applied[1]++; assert(last_applied == 0); last_applied++
       :: holds[2] != 0 && times_applied[2] == 0 -> times_applied[2]++; assert(last_applied == 1); last_applied++
       fi
#else
       last_applied < NUMBERS && holds[last_applied + 1] != 0 ->
       last_applied++;
#ifndef WITHOUT_DEDUPLICATION
       times_applied[last_applied]++;
       assert(times_applied[last_applied] == 1)
#endif
#endif
     }
  od
}

/* A lease ends by time alone: a few times early, while its worker still waits, and whenever nothing else can happen. */
proctype time_passes() {
end:
  do
  :: atomic { lease_ends > 0 && state[1] == leased -> lease_ends--; state[1] = pending }
  :: atomic { lease_ends > 0 && state[2] == leased -> lease_ends--; state[2] = pending }
  :: atomic { lease_ends > 0 && state[SUCCESSOR] == leased -> lease_ends--; state[SUCCESSOR] = pending }
  :: atomic { timeout ->
       if
       :: state[1] == leased -> state[1] = pending
       :: state[2] == leased -> state[2] = pending
       :: state[SUCCESSOR] == leased -> state[SUCCESSOR] = pending
       :: else -> break
       fi
     }
  :: atomic { AT_REST ->
       /* Delivered is what the receiver holds, and only that; every number is held and was applied once. */
       assert(holds[1] != 0 && holds[2] != 0);
       assert((state[1] == delivered) == (holds[REFUSED] == 1));
       assert((state[SUCCESSOR] == delivered) == (holds[REFUSED] == SUCCESSOR));
       assert(state[2] == delivered && holds[2] == 2);
       break
     }
  od
}

/* Two people put a dead message right: after the receiver learnt to take it, or with another in its place. */
proctype people() {
end:
  do
  :: atomic { state[REFUSED] == dead && !judged -> judged = true; refuses = false; state[REFUSED] = pending }
  :: atomic { state[REFUSED] == dead && !judged -> judged = true; state[REFUSED] = replaced; state[SUCCESSOR] = pending }
  :: atomic { refuses && judged -> refuses = false }          /* the receiver is put right later all the same */
  :: atomic { state[REFUSED] == dead && judged && !refuses -> state[REFUSED] = pending }
  od
}

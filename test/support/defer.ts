// Read by uvu when it is first imported: nothing runs until `exec` is called, and all tests are one group.
Object.assign(globalThis, { UVU_DEFER: 1, UVU_QUEUE: [[null]] })

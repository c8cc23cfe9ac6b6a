// The board of those who run the bank: services, day end, positions, bus.
import './shell.js';
import { showBus } from './bus.js';
import { showCourse } from './course.js';
import { showDayEnd } from './day_end.js';
import { showHealth } from './health.js';
import { showPositions } from './positions.js';
import { showMessages } from './sms.js';

showHealth(document.getElementById('health'));
showDayEnd(document.getElementById('day-end'));
showPositions(document.getElementById('positions'));
showCourse(document.getElementById('course'));
showBus(document.getElementById('bus'));
showMessages(document.getElementById('sms'));

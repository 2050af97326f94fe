// What an operator can do from here. Each asks first, and says what will happen.

import { post } from './api.js';
import { h, render } from './dom.js';
import { plural } from './format.js';

const MOST_REPLICAS = 1000;

const ACTIONS = {
  scale: {
    title: application => `Scale ${application.name}`,
    confirm: 'Scale',
    blocked: application => (underWay(application) ? 'A rollout is under way; scaling is refused until it ends.' : null),
    consequence: (application, form) => {
      const to = Number(form.replicas);
      const from = application.wantedReplicas;
      if (to === from) return `${application.name} already wants ${plural(from, 'replica')}; nothing will change.`;
      return to > from
        ? `${plural(to - from, 'more replica')} of ${application.stableRevision ?? 'it'} will be started; each gets requests once it is healthy.`
        : `${plural(from - to, 'replica')} will get no new requests, finish those under way, and be stopped.${to === 0 ? ' With none left, requests will fail.' : ''}`
          + ' The autoscaler may scale again when the load asks for it.';
    },
    body: (application, form) => ({ application: application.name, replicas: Number(form.replicas) }),
  },
  rollback: {
    title: application => `Roll back ${application.name}`,
    confirm: 'Roll back',
    danger: true,
    blocked: application => (underWay(application) ? 'A rollout is under way: abort it instead.' : application.stableRevision ? null : 'No revision has served yet.'),
    consequence: application => `The revision that served before ${application.stableRevision} will be shipped again as a rollout of its own: its replicas start, `
      + `take the traffic once they are healthy, and ${application.stableRevision} is retired. No request is cut.`,
    body: application => ({ application: application.name }),
  },
  promote: {
    title: application => `Promote ${application.rollout.revision}`,
    confirm: 'Promote',
    blocked: () => null,
    consequence: application => {
      const next = nextStep(application.rollout);
      return next
        ? `The watch of step ${application.rollout.course.step} ends now, with success: ${application.rollout.revision} goes on to ${next.weight} % of the traffic.`
        : whatServes(application, 'The watch ends now, with success');
    },
    body: application => ({ application: application.name, rollout: application.rollout.id }),
  },
  promoteFully: {
    title: application => `Promote ${application.rollout.revision} fully`,
    confirm: 'Promote fully',
    path: 'promote',
    blocked: () => null,
    consequence: application => whatServes(application, 'All steps between are left out'),
    body: application => ({ application: application.name, rollout: application.rollout.id, fully: true }),
  },
  pause: {
    title: application => `Pause the rollout of ${application.rollout.revision}`,
    confirm: 'Pause the rollout',
    blocked: () => null,
    consequence: () => 'It stays where it is, once the present step\'s traffic has moved, until somebody resumes, promotes or aborts it. What the judge finds bad is still taken back.',
    body: application => ({ application: application.name, rollout: application.rollout.id }),
  },
  resume: {
    title: application => `Resume the rollout of ${application.rollout.revision}`,
    confirm: 'Resume',
    blocked: () => null,
    consequence: () => 'It goes on as planned. The time it was paused does not count as watched.',
    body: application => ({ application: application.name, rollout: application.rollout.id }),
  },
  approve: {
    title: application => `Approve ${application.rollout.revision}`,
    confirm: 'Approve',
    blocked: () => null,
    consequence: application => `${application.rollout.revision} may have traffic: it gets ${application.rollout.course?.steps[application.rollout.course.step - 1]?.weight ?? 'its first'} % now. Your name and the time are recorded.`,
    body: application => ({ application: application.name, rollout: application.rollout.id }),
  },
  abort: {
    title: application => `Abort the rollout of ${application.rollout.revision}`,
    confirm: 'Abort the rollout',
    danger: true,
    blocked: () => null,
    consequence: application => (application.rollout.stableRevision
      ? `All traffic returns to ${application.rollout.stableRevision}; the replicas of ${application.rollout.revision} finish their requests and are stopped.`
      : `The replicas of ${application.rollout.revision} are stopped. Nothing served before, so nothing will serve.`),
    body: application => ({ application: application.name, rollout: application.rollout.id }),
  },
};

/** The step after the present one; null: it is the last, or not known. */
function nextStep(rollout) {
  return rollout.course && rollout.course.step > 0 ? rollout.course.steps[rollout.course.step] ?? null : null;
}

function whatServes(application, why) {
  const { revision, stableRevision } = application.rollout;
  return `${why}: ${revision} keeps all traffic${stableRevision ? ` and ${stableRevision} is retired` : ''}. Nobody compares the two any longer.`;
}

function underWay(application) {
  return application.rollout !== null && application.rollout !== undefined && !application.rollout.endedAt;
}

/** A button that stays reachable when it is disabled, so that its reason can be heard and read. */
export function button(store, name, application, label) {
  const why = !store.mayOperate ? `Needs the role operator; yours is ${store.session?.role ?? 'unknown'}.` : ACTIONS[name].blocked(application);
  const id = `why-${name}`;
  return h('span', { class: 'action', key: name },
    h('button', {
      type: 'button',
      class: ACTIONS[name].danger ? 'danger' : '',
      'data-action': name,
      'aria-disabled': why ? 'true' : null,
      'aria-describedby': why ? id : null,
      title: why,
      onclick: why ? null : () => ask(store, name, application.name),
    }, label),
    why && h('span', { id, class: store.mayOperate ? 'why small' : 'visually-hidden' }, why));
}

/** Asks, and then does it. */
function ask(store, name, applicationName) {
  const action = ACTIONS[name];
  const dialog = document.getElementById('confirm');
  const form = { replicas: String(find(store, applicationName).wantedReplicas), reason: '', busy: false, problem: null };
  const draw = () => {
    const application = find(store, applicationName);
    if (!application || (!['scale', 'rollback'].includes(name) && !application.rollout)) return dialog.close();
    return render(dialog, h('form', { method: 'dialog', onsubmit: submit },
      h('h2', { id: 'confirm-title' }, action.title(application)),
      name === 'scale' && h('label', { for: 'confirm-replicas' }, `Replicas (now ${application.wantedReplicas})`,
        h('input', { id: 'confirm-replicas', type: 'number', min: '0', max: String(MOST_REPLICAS), required: true, value: form.replicas, oninput: event => change('replicas', event.target.value) })),
      h('p', { class: 'consequence', id: 'confirm-consequence', 'aria-live': 'polite' }, action.consequence(application, form)),
      h('label', { for: 'confirm-reason' }, 'Why (for the audit log)',
        h('input', { id: 'confirm-reason', type: 'text', maxlength: '500', value: form.reason, autocomplete: 'off', oninput: event => change('reason', event.target.value) })),
      form.problem && h('p', { class: 'problem', role: 'alert' }, form.problem),
      h('div', { class: 'buttons end' },
        h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'Cancel'),
        h('button', { type: 'submit', id: 'confirm-do', class: action.danger ? 'danger solid' : 'solid', 'aria-disabled': form.busy ? 'true' : null }, action.confirm))));
  };
  const change = (member, value) => {
    form[member] = value;
    draw();
  };
  const submit = async event => {
    event.preventDefault();
    if (form.busy) return;
    change('busy', true);
    try {
      const body = action.body(find(store, applicationName), form);
      const answer = await post(`/dashboard/actions/${action.path ?? name}`, { ...body, reason: form.reason.trim() || null });
      store.notice(answer.message);
      dialog.close();
    } catch (failure) {
      form.problem = failure.message;
      change('busy', false);
    }
  };
  draw();
  dialog.showModal();
  (document.getElementById('confirm-replicas') ?? document.getElementById('confirm-reason')).focus();
}

function find(store, name) {
  return store.applications.find(application => application.name === name);
}

"""What a decision says in English."""

from collections.abc import Mapping

from services.claims.provisions.reasons import Reason, Wanted

PERSON: Mapping[Reason | Wanted, str] = {
    Reason.CLASS_NOT_ACCEPTED: (
        "This class was not approved, or its approval was withdrawn, so nothing is paid for it. "
        "You did nothing wrong."
    ),
    Reason.CLASS_OUTSIDE_PLAN: (
        "This class began on {starts_on}, outside the years of the programme ({plan_starts_on} to "
        "{plan_ends_on}), so the programme pays nothing for it."
    ),
    Reason.KIND_NOT_SUBSIDISED: "This subsidy is not paid for: {kind}.",
    Reason.KIND_NOT_FOR_STAFF: (
        "An enterprise gave this class to its own staff, and staff are not subsidised for: {kind}."
    ),
    Reason.LEVEL_NOT_FOR_STAFF: "Staff are not subsidised for this level{level}.",
    Reason.ORGANISATION_NOT_ENTITLED: (
        "When the class began, whoever gave it was not on the published list, or was no employer, "
        "so nothing is paid. You did nothing wrong."
    ),
    Reason.OUTSIDE_TURPAN: (
        "The class was held outside Turpan; training of this sort is only paid for in Turpan."
    ),
    Reason.CERTIFICATE_KIND_NOT_ACCEPTED: (
        "The class ends with a certificate that is not recognised here: {certificate}."
    ),
    Reason.TOO_FEW_HOURS_TAUGHT: (
        "The class taught {taught} hours; it had to teach at least {needed}. You did nothing wrong."
    ),
    Reason.ATTENDED_TOO_LITTLE: (
        "The class planned {planned} hours and {share} of them must be attended, that is {needed}. "
        "You attended {attended}, {percent}, so no training subsidy is paid. If the record is "
        "wrong, ask for it to be corrected."
    ),
    Reason.NOT_PASSED: (
        "The training subsidy is paid once there is a certificate; your last assessment says: "
        "{result}."
    ),
    Reason.CERTIFICATE_OTHER_KIND: (
        "This class leads to: {needed_certificate}. What was recorded for you is: {certificate}. "
        "Ask the issuer to check."
    ),
    Reason.CERTIFICATE_OTHER_SUBJECT: (
        "The certificate recorded for you does not match what you trained in, {subject}{level}. "
        "Ask the issuer to check."
    ),
    Reason.CERTIFICATE_NUMBER_WRONG: (
        "The number recorded for your certificate ({certificate}) cannot be right. "
        "Ask the issuer to check."
    ),
    Reason.CERTIFICATE_VOIDED: (
        "The issuer has cancelled your certificate; without a valid one no training subsidy is "
        "paid."
    ),
    Reason.CERTIFICATE_BEFORE_CLASS: (
        "The certificate was issued on {issued_on}, before the class began on {starts_on}, so it "
        "does not come from this training."
    ),
    Reason.OWN_FUND_COVERS: (
        "Your employer's own education fund has paid for all of this training; nothing is added."
    ),
    Reason.NOT_CONFIRMED: (
        "There is no record that you yourself agreed to join this class. Only training that the "
        "person agreed to is paid for; whether to join is for you alone to decide."
    ),
    Reason.DRAWS_PENSION: (
        "When the class began you were drawing a monthly pension: {pension}. This subsidy is for "
        "people who draw none of that sort; the residents' basic pension does not matter."
    ),
    Reason.ON_PUBLIC_PAYROLL: (
        "When the class began you held a permanent post in a government body or public "
        "institution; this subsidy is not paid for them."
    ),
    Reason.NOT_STAFF: (
        "An employer gave this class to its own staff, and our record says that you were not on "
        "its staff when the class began."
    ),
    Reason.NOT_IN_CATEGORIES: (
        "When the class began you were in none of the groups that this subsidy is for."
    ),
    Reason.FEE_FROM_KEY_GROUP: (
        "You should have been trained free of charge, yet you paid a fee. Whoever took it gets no "
        "subsidy, and the authority will look into it. You may complain; they will not see it."
    ),
    Reason.KIND_USED_THIS_YEAR: (
        "In one calendar year this kind of training ({kind}) is paid for at most {times} time(s) a "
        "person; yours for {year} is used up. What an organisation was paid for you counts too."
    ),
    Reason.YEAR_FULL: (
        "In one calendar year training is paid for at most {times} time(s) a person; yours for "
        "{year} "
        "is used up."
    ),
    Reason.SAME_OCCUPATION_AND_LEVEL: (
        "The same occupation and level is paid for at most {times} time(s) a person, ever; "
        "{subject}{level} has been paid for you before."
    ),
    Reason.SAME_SUBJECT_IN_PERIOD: (
        "The same subject of this kind ({kind}) is paid for once in a period; {subject} has been "
        "paid for you in {period} already."
    ),
    Reason.NOT_OWN_APPLICATION: (
        "The living allowance is yours, so you must apply for it yourself; nobody can for you."
    ),
    Reason.NOT_IN_ALLOWANCE_GROUP: (
        "The living allowance is for workers of registered poor households, people recognised as "
        "hard to employ, households without any job, and school leavers from the countryside or "
        "from urban households on minimum allowance. When the class began you were none of these."
    ),
    Reason.NO_ATTENDED_DAY: (
        "The living allowance is paid for each day attended, and the record shows none. If the "
        "record is wrong, ask for it to be corrected."
    ),
    Reason.DAYS_PAID_ELSEWHERE: (
        "The allowance for the {days} days that you attended was already paid with another class; "
        "a day is paid once."
    ),
    Wanted.CLASS_CLOSED: "The class is not over, or its attendance is not complete yet.",
    Wanted.RESULT: "Your assessment result has not come in yet.",
    Wanted.CERTIFICATE: "You passed; your certificate has not been recorded yet.",
    Wanted.FEE: "We do not know yet whether you paid a fee; who is paid depends on it.",
    Wanted.RATE: (
        "The rate for this training has not been set yet. Once it is, this is decided; it is not "
        "taken as zero."
    ),
    Wanted.COMMISSION_PRICE: "The contract's price has not been recorded yet.",
    Wanted.DAY_RATE: (
        "The daily rate of the living allowance has not been set yet. Once it is, this is decided; "
        "it is not taken as zero."
    ),
    Wanted.OWN_FUND: (
        "We do not know yet what your employer's own education fund paid; only the rest is paid."
    ),
    Wanted.PENSION: (
        "We do not know whether you draw a monthly pension; whoever draws an employees' or public "
        "one does not get this."
    ),
    Wanted.PUBLIC_PAYROLL: (
        "We do not know whether you hold a permanent government post; whoever does gets no such "
        "subsidy."
    ),
    Wanted.CATEGORIES: (
        "We do not know which group of people you belong to; this is only paid to certain groups."
    ),
    Wanted.EMPLOYER: (
        "We do not know who employs you; this class is only paid for staff of whoever gave it."
    ),
    Wanted.OTHER_CLASS: (
        "Another class of yours holds the same place; this is decided once that one is."
    ),
}

INSTITUTION: Mapping[Reason | Wanted, str] = {
    Reason.CLASS_NOT_ACCEPTED: "The class was not accepted, or was withdrawn or voided.",
    Reason.CLASS_OUTSIDE_PLAN: (
        "The class began on {starts_on}, outside the plan's years ({plan_starts_on} to "
        "{plan_ends_on})."
    ),
    Reason.KIND_NOT_SUBSIDISED: "This subsidy is not paid for: {kind}.",
    Reason.KIND_NOT_FOR_STAFF: "Enterprise staff are not subsidised for: {kind}.",
    Reason.LEVEL_NOT_FOR_STAFF: "Enterprise staff are not subsidised for this level{level}.",
    Reason.ORGANISATION_NOT_ENTITLED: (
        "On the first day your organisation was not listed as: {role}."
    ),
    Reason.OUTSIDE_TURPAN: "The class was held outside Turpan, which its measure does not allow.",
    Reason.CERTIFICATE_KIND_NOT_ACCEPTED: "This kind is not recognised: {certificate}.",
    Reason.TOO_FEW_HOURS_TAUGHT: "The class taught {taught} hours; at least {needed} are required.",
    Reason.ATTENDED_TOO_LITTLE: (
        "The trainee attended {attended} hours, {percent}; {share} of {planned} planned hours are "
        "required, that is {needed}."
    ),
    Reason.NOT_PASSED: "The trainee's last assessment says: {result}. There is no certificate.",
    Reason.CERTIFICATE_OTHER_KIND: (
        "The class leads to: {needed_certificate}. Recorded is: {certificate}."
    ),
    Reason.CERTIFICATE_OTHER_SUBJECT: (
        "The certificate's occupation or level is not that of the class, {subject}{level}."
    ),
    Reason.CERTIFICATE_NUMBER_WRONG: (
        "The number does not have the form of its kind ({certificate}); correct it and resend."
    ),
    Reason.CERTIFICATE_VOIDED: "The trainee's certificate was voided.",
    Reason.CERTIFICATE_BEFORE_CLASS: (
        "The certificate was issued on {issued_on}, before the class began on {starts_on}."
    ),
    Reason.OWN_FUND_COVERS: (
        "The enterprise's own education fund paid {own_fen} a person, not less than the rate of "
        "{price_fen}: nothing is short."
    ),
    Wanted.CLASS_CLOSED: "The class is not closed: file the remaining attendance sheets first.",
    Wanted.RESULT: "There is no assessment result yet.",
    Wanted.CERTIFICATE: "The trainee passed; the issuer has not recorded the certificate yet.",
    Wanted.FEE: "Say whether the trainee was charged a fee.",
    Wanted.RATE: "The rate has not been set yet; it is not taken as zero.",
    Wanted.COMMISSION_PRICE: "The contract's price has not been recorded yet.",
    Wanted.DAY_RATE: "The daily rate has not been set yet.",
    Wanted.OWN_FUND: "Say what your own education fund paid a person, with proof or commitment.",
}
NOT_PAYABLE_PERSON = (
    "Nothing can be paid for this trainee, or not yet. Only the person and the authority are told "
    "why; do not ask the trainee."
)

AUTHORITY: Mapping[Reason | Wanted, str] = {
    **INSTITUTION,
    Reason.ORGANISATION_NOT_ENTITLED: "On the first day the claimant was not listed as: {role}.",
    Reason.NOT_CONFIRMED: "There is no confirmation by the person: not counted, not paid.",
    Reason.DRAWS_PENSION: (
        "Drew a pension that excludes on the first day: {pension} (the residents' does not)."
    ),
    Reason.ON_PUBLIC_PAYROLL: "Was on the establishment of a public body on the first day.",
    Reason.NOT_STAFF: "Was not employed by the employer concerned on the first day.",
    Reason.NOT_IN_CATEGORIES: "Belongs to no category that the provision names.",
    Reason.FEE_FROM_KEY_GROUP: "A key group was charged: no subsidy, look into the fee.",
    Reason.KIND_USED_THIS_YEAR: "The {year} places for {kind} ({times}) are used up; slot {slot}.",
    Reason.YEAR_FULL: "The total for {year} ({times}) is used up; slot {slot}.",
    Reason.SAME_OCCUPATION_AND_LEVEL: (
        "The same occupation and level, {subject}{level}, was paid {times} time(s) before; slot "
        "{slot}."
    ),
    Reason.SAME_SUBJECT_IN_PERIOD: "{subject} was already paid in {period}; slot {slot}.",
    Reason.NOT_OWN_APPLICATION: "The person did not apply for the living allowance.",
    Reason.NOT_IN_ALLOWANCE_GROUP: "Belongs to no group with a living allowance.",
    Reason.NO_ATTENDED_DAY: "There is no attended day.",
    Reason.DAYS_PAID_ELSEWHERE: "All {days} attended days were paid with another class.",
    Wanted.FEE: "Missing: whether the trainee was charged.",
    Wanted.OWN_FUND: "Missing: what the enterprise's own education fund paid.",
    Wanted.PENSION: "Missing: whether a monthly pension is drawn, and which.",
    Wanted.PUBLIC_PAYROLL: "Missing: whether on the establishment of a public body.",
    Wanted.CATEGORIES: "Missing: the person's categories.",
    Wanted.EMPLOYER: "Missing: who employs the person.",
    Wanted.OTHER_CLASS: "Another class of the person holds the slot: wait for its outcome.",
}

APPEAL = (
    "If you disagree, ask on your own page for a human to look at it, or appeal there; you may "
    "also "
    "apply for administrative review within 60 days of learning of it, or go to court within 6 "
    "months."
)

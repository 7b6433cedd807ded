//! The shapes that an answer may take besides its own. Pure.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Faults;
use super::chance::Dice;
use super::strike::Strike;
use crate::sandbox::answer::Answer;

/// The answer as it is sent: in a shape that is drawn for it.
pub fn disguised(answer: &Answer, strike: Option<Strike>, faults: &Faults, dice: Dice) -> Value {
    let mut body = serde_json::to_value(&answer.body).unwrap_or_default();
    let drawn = |share: f64, what: &str| dice.roll(what) < share;
    if strike == Some(Strike::OtherEntity)
        && let Some(entity) = body.get_mut("entity")
    {
        *entity = json!(entity.as_u64().unwrap_or_default() + 1);
    }
    if drawn(faults.no_entity.0, "no-entity") && has_some(&body, "warnings") {
        body.as_object_mut().map(|body| body.remove("entity"));
    }
    if drawn(faults.string_codes.0, "string-codes") {
        codes_as_strings(&mut body);
    }
    if drawn(faults.second_shape.0, "second-shape") && !has_some(&body, "warnings") {
        body = in_second_shape(answer.status, &body, dice);
    }
    body
}

/// Whether a list is there and not empty.
fn has_some(body: &Value, list: &str) -> bool {
    body[list].as_array().is_some_and(|list| !list.is_empty())
}

fn codes_as_strings(body: &mut Value) {
    for list in ["warnings", "errors"] {
        let notices = body.get_mut(list).and_then(Value::as_array_mut);
        for notice in notices.into_iter().flatten() {
            notice["code"] = json!(notice["code"].to_string());
        }
    }
}

/// `{"success","message","errorCode","errors"}`, in which errors may be mere strings.
fn in_second_shape(status: u16, body: &Value, dice: Dice) -> Value {
    let Some(error) = body["errors"].as_array().and_then(|errors| errors.first()) else {
        let success = StatusCode::from_u16(status).is_ok_and(|status| status.is_success());
        return json!({"success": success, "message": "Labels changed", "errors": []});
    };
    let code = match &error["code"] {
        Value::String(code) => code.clone(),
        code => code.to_string(),
    };
    let errors = dice.pick("errors", &[0, 1]);
    let errors = [json!([error["message"]]), body["errors"].clone()][errors].clone();
    json!({"success": false, "message": error["message"], "errorCode": code, "errors": errors})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::answer::Notice;

    fn shown(setting: &str, answer: &Answer) -> String {
        let mut faults = Faults::default();
        faults.set(setting, "100%").unwrap();
        disguised(answer, None, &faults, Dice::of(1, 7, 1)).to_string()
    }

    #[test]
    fn an_answer_keeps_its_meaning_in_every_shape() {
        let success = Answer::changed(7, Vec::new(), true);
        let warned = Answer::changed(7, vec![Notice::unknown_label("Unknown")], true);
        let nobody = Answer::no_such_customer();
        let mut table = Vec::new();
        for setting in ["no-entity", "string-codes", "second-shape"] {
            for answer in [&success, &warned, &nobody] {
                table.push(format!("{setting}: {}", shown(setting, answer)));
            }
        }
        insta::assert_snapshot!(table.join("\n"));
    }

    #[test]
    fn another_customers_entity_is_another_number() {
        let answer = Answer::changed(7, Vec::new(), true);
        let struck = Some(Strike::OtherEntity);
        let body = disguised(&answer, struck, &Faults::default(), Dice::of(1, 7, 1));
        assert_eq!(body["entity"], 8);
    }
}
